#include <exception>
#include <utility>

#include <liana/runtime.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/group/meeting.hpp"
#include "runtime/job/startup.hpp"

namespace liana {

runtime::runtime(int argc, char** argv, const options& with)
    : state_(detail::start_runtime(with, {.argc = &argc, .argv = &argv})), exceptions_(std::uncaught_exceptions()) {}

runtime::runtime(const void* communicator, const options& with)
    : state_(detail::start_runtime(with, {.communicator = communicator})), exceptions_(std::uncaught_exceptions()) {}

runtime::~runtime() { detail::end_runtime(std::move(state_), std::uncaught_exceptions() > exceptions_); }

void barrier() {
  detail::runtime_state& state = detail::require_runtime("barrier");
  detail::complete_outstanding(state);
  detail::meet(state, "barrier()");
}

}  // namespace liana
