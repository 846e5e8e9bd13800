#include "transport/verbs/completion_queue.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include "transport/verbs/failures.hpp"

namespace liana::transport::verbs {

completion_queue::completion_queue(std::shared_ptr<device_context> device, int entries)
    : device_(std::move(device)), queue_(ibv_create_cq(device_->get(), entries, nullptr, nullptr, 0)) {
  if (queue_ == nullptr) {
    give_up("ibv_create_cq(" + device_->name() + ", " + std::to_string(entries) + " entries)", errno,
            "; together the ranks of this host may need more queue entries than the device has; run fewer ranks on the "
            "host");
  }
}

}  // namespace liana::transport::verbs
