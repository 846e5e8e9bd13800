#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <liana/detail/annotated_mutex.hpp>

#include "transport/job_view.hpp"
#include "transport/verbs/completion_queue.hpp"
#include "transport/verbs/connection.hpp"
#include "transport/verbs/device_context.hpp"

namespace liana::transport::verbs {

/// Takes what the device reports, completions and events, to the connections it concerns. A thread that waits polls.
/// One thread at a time does; the others go on, because it does their work too.
///
/// Lock order: a connection's mutex before this one's.
class completion_dispatch {
 public:
  /// `job` outlives it.
  completion_dispatch(std::shared_ptr<device_context> device, std::shared_ptr<completion_queue> completions,
                      const job_view& job);

  /// The connection to each rank; they outlive every call of `poll`. To be set before the first one.
  void serve(std::vector<connection*> connections) { connections_ = std::move(connections); }

  /// Passes on the completions that are there, and now and then, or when asked to, the events of the device: a port
  /// that went down, a queue pair that broke. Returns at once if another thread does it.
  void poll(bool events_too = false);

  /// Does something while nobody polls.
  template <class F>
  void exclusively(F action) {
    const detail::annotated_lock lock(mutex_);
    action();
  }

 private:
  void dispatch(const ibv_wc& report) LIANA_REQUIRES(mutex_);
  void read_events() LIANA_REQUIRES(mutex_);
  void handle(const ibv_async_event& event) LIANA_REQUIRES(mutex_);
  void fail_queue_pair(const ibv_qp& pair, const char* what) LIANA_REQUIRES(mutex_);
  void fail_everything(const std::string& why) LIANA_REQUIRES(mutex_);

  std::shared_ptr<device_context> device_;
  std::shared_ptr<completion_queue> completions_;
  const job_view& job_;
  std::vector<connection*> connections_;
  detail::annotated_mutex mutex_;  ///< of the one that polls
  unsigned polls_ LIANA_GUARDED_BY(mutex_) = 0;
};

}  // namespace liana::transport::verbs
