#pragma once

#include <string>
#include <vector>

#include "runtime/state/runtime_state.hpp"

/// What all ranks have to agree on before a runtime starts, judged by each from the same facts, so that all throw the
/// same or none does.
namespace liana::detail {

/// Collective. Compares the settings that concern all ranks; throws config_error when they differ. Whether and how
/// statistics are reported is for rank 0 to say.
void agree_on_settings(runtime_state& state);

/// Which host each rank counts to: its real one, or a pretended one. Throws config_error when a pretended host would
/// reach across real ones.
std::vector<int> deal_hosts(const runtime_state& state);

/// A back end of the transport, and why it was taken.
struct transport_decision {
  std::string name;
  std::string reason;
};

/// Collective. Learns the processors' names as well. Throws config_error when the setting asks for what does not fit
/// the hosts or is not in this build.
transport_decision choose_transport(runtime_state& state);

}  // namespace liana::detail
