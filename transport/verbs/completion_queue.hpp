#pragma once

#include <memory>
#include <span>

#include <infiniband/verbs.h>

#include "transport/verbs/device_context.hpp"

namespace liana::transport::verbs {

/// Where the device reports what has ended. Polled, never waited for: there is no completion channel. Move-only; holds
/// its device.
class completion_queue {
 public:
  /// Room for `entries` reports that were not polled yet. Throws `unavailable`.
  completion_queue(std::shared_ptr<device_context> device, int entries);

  [[nodiscard]] ibv_cq* get() const { return queue_.get(); }

  /// Moves reports to `into` and returns how many, or a number below 0 when the queue is broken.
  int poll(std::span<ibv_wc> into) const {
    return ibv_poll_cq(queue_.get(), static_cast<int>(into.size()), into.data());
  }

 private:
  struct deleter {
    void operator()(ibv_cq* queue) const noexcept { ibv_destroy_cq(queue); }
  };
  std::shared_ptr<device_context> device_;
  std::unique_ptr<ibv_cq, deleter> queue_;
};

}  // namespace liana::transport::verbs
