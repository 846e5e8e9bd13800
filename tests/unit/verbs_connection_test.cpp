// A connection over a device that refuses requests. The device is made of the functions of libibverbs that a connection
// calls, defined here.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "transport/verbs/completion_dispatch.hpp"
#include "transport/verbs/completion_queue.hpp"
#include "transport/verbs/connection.hpp"
#include "transport/verbs/work_requests.hpp"

namespace {

/// Takes `takes` requests and refuses all others. What it has taken it reports when the queue pair has failed, one
/// report a poll, so that whoever does not wait goes on before that.
struct refusing_device {
  ibv_context context = {};
  ibv_pd domain = {};
  ibv_cq completions = {};
  ibv_qp pair = {};
  std::size_t takes = 0;
  bool failed = false;
  std::deque<std::uint64_t> under_way;

  int post(ibv_send_wr* first, ibv_send_wr** refused) {
    for (ibv_send_wr* each = first; each != nullptr; each = each->next) {
      if (takes == 0) {
        *refused = each;
        return ENOMEM;
      }
      --takes;
      under_way.push_back(each->wr_id);
    }
    return 0;
  }

  int poll(ibv_wc* to) {
    if (!failed || under_way.empty()) return 0;
    *to = {};
    to->wr_id = under_way.front();
    to->status = IBV_WC_WR_FLUSH_ERR;
    under_way.pop_front();
    return 1;
  }
};

refusing_device device;

}  // namespace

extern "C" {
ibv_context* ibv_open_device(ibv_device* /*of*/) {
  device.context.async_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  device.context.ops.post_send = [](ibv_qp* /*pair*/, ibv_send_wr* first, ibv_send_wr** refused) {
    return device.post(first, refused);
  };
  device.context.ops.poll_cq = [](ibv_cq* /*queue*/, int /*most*/, ibv_wc* to) { return device.poll(to); };
  return &device.context;
}
int ibv_close_device(ibv_context* context) { return close(context->async_fd); }
const char* ibv_get_device_name(ibv_device* /*of*/) { return "refuser"; }
ibv_pd* ibv_alloc_pd(ibv_context* /*context*/) { return &device.domain; }
int ibv_dealloc_pd(ibv_pd* /*domain*/) { return 0; }
ibv_cq* ibv_create_cq(ibv_context* context, int /*entries*/, void* /*of*/, ibv_comp_channel* /*channel*/,
                      int /*vector*/) {
  device.completions.context = context;
  return &device.completions;
}
int ibv_destroy_cq(ibv_cq* /*queue*/) { return 0; }
ibv_qp* ibv_create_qp(ibv_pd* /*domain*/, ibv_qp_init_attr* /*wanted*/) {
  device.pair.context = &device.context;
  return &device.pair;
}
int ibv_destroy_qp(ibv_qp* /*pair*/) { return 0; }
int ibv_modify_qp(ibv_qp* /*qp*/, ibv_qp_attr* attr, int /*attr_mask*/) {
  if (attr->qp_state == IBV_QPS_ERR) device.failed = true;
  return 0;
}
int ibv_get_async_event(ibv_context* /*context*/, ibv_async_event* /*event*/) { return -1; }
}

namespace liana::transport::verbs {
namespace {

constexpr unsigned depth = 64;
constexpr std::size_t requests = 40;  // more than one list has room for, and less than the queue has
constexpr std::size_t bytes = 64;     // of each

class refused_chain : public ::testing::Test {
 protected:
  /// On a new connection over a device that takes so many requests.
  void post(std::size_t takes, completion& done) {
    device = {};
    device.takes = takes;
    job_.describe = [](rank_t /*rank*/) { return std::string("the other rank"); };
    job_.say = [](job_view::severity /*kind*/, const std::string& /*text*/) {};
    chosen_port chosen;
    chosen.device = std::make_shared<device_context>(device_context::open(nullptr));
    const auto domain = std::make_shared<protection_domain>(chosen.device);
    const auto completions = std::make_shared<completion_queue>(chosen.device, static_cast<int>(depth));
    endpoint end;
    end.link_layer = IBV_LINK_LAYER_ETHERNET;
    end.mtu = IBV_MTU_1024;
    end.gid = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 1};
    end.reads_as_target = 16;
    end.reads_as_initiator = 16;
    const request_context context{.segment = segment_,
                                  .scratch = scratch_,
                                  .bounce = {},
                                  .longest_message = 1U << 20U,
                                  .send_depth = depth,
                                  .remote_bytes = segment_.size(),
                                  .peer = 1};
    dispatch_.emplace(chosen.device, completions, job_);
    connection_.emplace(
        connected_queue_pair(prepared_queue_pair(domain, completions, chosen, {.send_depth = depth}), chosen, end, end),
        context, *dispatch_);
    dispatch_->serve({nullptr, &*connection_});
    std::vector<operation> chain;
    for (std::size_t i = 0; i < requests; ++i) {
      chain.push_back(operation::read(i * bytes, &segment_[i * bytes], bytes));
    }
    connection_->post(chain, done);
  }

  void poll() { dispatch_->poll(); }

 private:
  std::array<std::byte, requests * bytes> segment_{};
  std::array<std::byte, bytes> scratch_{};
  job_view job_;
  std::optional<completion_dispatch> dispatch_;
  std::optional<connection> connection_;
};

// As long as the device has a part of it, the device may write into the buffers, which belong to the caller again once
// the chain has failed.
TEST_F(refused_chain, has_failed_when_the_device_has_given_up_all_that_it_took) {
  for (std::size_t takes = 0; takes < requests; ++takes) {
    SCOPED_TRACE(takes);
    completion done;
    post(takes, done);
    while (!done.done()) {
      EXPECT_FALSE(device.under_way.empty());
      poll();
    }
    EXPECT_EQ(done.failed_peer(), 1);
    EXPECT_TRUE(device.under_way.empty());
  }
}

}  // namespace
}  // namespace liana::transport::verbs
