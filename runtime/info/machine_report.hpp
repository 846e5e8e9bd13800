#pragma once

#include <string>

#include "runtime/machine/topology.hpp"
#include "runtime/settings/configuration.hpp"

/// What liana-info prints of one host and of the settings, as text of several lines. Nothing is started or changed.
namespace liana::detail {

/// The host of this process: processors, NUMA nodes, and the limits that Liana meets there. `ranks_here`: how many
/// ranks of the job share it.
[[nodiscard]] std::string describe_host(const topology& machine, const configuration& settings, int ranks_here);

/// Every setting with its value, where the value comes from, and what is accepted.
[[nodiscard]] std::string describe_settings(const configuration& settings);

}  // namespace liana::detail
