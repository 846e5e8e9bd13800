#include "runtime/job/process_end.hpp"

#include <pthread.h>

#include <cstdlib>

#include "runtime/group/process_group.hpp"
#include "runtime/job/startup.hpp"
#include "runtime/report/log.hpp"

namespace liana::detail {
namespace {

void leave_at_once(runtime_state& state, int status) {
  log::error("the process exits with status {} while its runtime lives, so the job cannot go on", status);
  state.control().exit_status.store(status, std::memory_order_release);
  leave_mpi();
  state.job.exited = true;
}

void end_with_process(int status, void* /*unused*/) {
  runtime_state* const state = current->state;
  if (state == nullptr || state->job.exited) {
    return;
  }
  if (status != 0) {
    leave_at_once(*state, status);
  } else if (state->collective.meeting.load(std::memory_order_relaxed)) {
    log::error("the process exits while another thread makes a collective call, so the job cannot go on");
    leave_mpi();
    state->job.exited = true;
  } else {
    take_leave(*state);
  }
}

void register_end_with_process() {
#if defined(__GLIBC__)
  const int failed = ::on_exit(end_with_process, nullptr);
#else
  const int failed = std::atexit([] { end_with_process(0, nullptr); });
#endif
  if (failed != 0) {
    log::warn("no room for a further function in atexit: destroy the liana::runtime before the process exits");
  }
}

/// In the child, where only the thread that forked lives on.
void forget_runtime_of_parent() {
  runtime_state* const state = current->state;
  if (state == nullptr) {
    return;
  }
  current = &no_context;
  runtime_of_parent = state;
  state->wire->forget();
  state->memory.segment.forget();
  for (transport::shared_segment& each : state->memory.attached) {
    each.forget();
  }
}

}  // namespace

void watch_process(runtime_state& state) {
  static const bool first = [] {
    register_end_with_process();
    if (::pthread_atfork(nullptr, nullptr, forget_runtime_of_parent) != 0) {
      log::warn("pthread_atfork failed: no child may be forked while the runtime lives");
    }
    return true;
  }();
  static_cast<void>(first);
  // Once more where a runtime is first used: what the program makes after the start ends before what was registered at
  // the start, and a static liana::runtime is such a thing.
  state.collective.before_meeting.emplace_back([](runtime_state& /*of*/) {
    static const bool used = [] {
      register_end_with_process();
      return true;
    }();
    static_cast<void>(used);
  });
}

}  // namespace liana::detail
