#pragma once

#include <memory>
#include <string>
#include <vector>

#include <infiniband/verbs.h>

#include "transport/job_view.hpp"
#include "transport/verbs/device_choice.hpp"

namespace liana::transport::verbs {

/// An open RDMA device. Move-only; closes it when destroyed, which is after everything that was made of it, because
/// each of those holds it.
///
/// Fork safety: `open` asks libibverbs to keep registered memory out of a child that forks (`ibv_fork_init`), unless
/// the kernel copies pinned pages for the child by itself (IBV_FORK_UNNEEDED, Linux 5.12 and later). So the queues that
/// the driver shares with the device stay with the parent. The segments, and what else is registered here, are
/// MAP_SHARED, which copy-on-write never touches. A child may call exec or _exit; it must not use Liana.
///
/// Thread safety: verbs on one context may be called by several threads.
class device_context {
 public:
  /// Opens the device. Throws `unavailable`.
  static device_context open(ibv_device* device);

  [[nodiscard]] ibv_context* get() const { return context_.get(); }
  [[nodiscard]] std::string name() const { return ibv_get_device_name(context_->device); }

  /// What this device is and has. Throws `unavailable` when it cannot be asked.
  [[nodiscard]] device_facts read_facts() const;

 private:
  struct closer {
    void operator()(ibv_context* context) const noexcept { ibv_close_device(context); }
  };
  explicit device_context(ibv_context* context) : context_(context) {}

  std::unique_ptr<ibv_context, closer> context_;
};

/// The device, port and GID that this rank uses, with what is known of them.
struct chosen_port {
  std::shared_ptr<device_context> device;
  device_facts facts;  ///< of the device
  port_facts port;
  int gid_index = 0;
  ibv_gid gid = {};

  /// `rxe0 port 1, RoCE v2, GID 1 (10.0.2.15), MTU 1024`.
  [[nodiscard]] std::string describe() const;
};

/// All devices of the host, with what is known of each.
struct found_devices {
  std::vector<std::shared_ptr<device_context>> opened;  ///< null: it could not be opened
  std::vector<device_facts> facts;
  std::string why_none;  ///< when there is no device at all
};

/// Makes forking safe, then opens and reads all devices. One that cannot be opened is told by its facts.
[[nodiscard]] found_devices find_devices(const job_view& job);

/// The best of them, see `choose_port`. Throws `unavailable`.
[[nodiscard]] chosen_port choose_among(found_devices found, const job_view::device_wishes& wishes);

/// The two together. Throws `unavailable`.
[[nodiscard]] chosen_port open_device(const job_view& job);

/// 256 to 4096.
[[nodiscard]] unsigned mtu_bytes(ibv_mtu mtu);

}  // namespace liana::transport::verbs
