#include "transport/verbs/completion_dispatch.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "transport/verbs/failures.hpp"

namespace liana::transport::verbs {
namespace {

constexpr std::size_t reports_at_once = 16;

/// Reading events is a system call, so it is done once in so many polls.
constexpr unsigned polls_per_look = 4096;

/// What a peer that is gone looks like; anything else is a bug or a broken device.
bool is_silence(ibv_wc_status status) {
  return status == IBV_WC_RETRY_EXC_ERR || status == IBV_WC_RNR_RETRY_EXC_ERR || status == IBV_WC_WR_FLUSH_ERR ||
         status == IBV_WC_RESP_TIMEOUT_ERR || status == IBV_WC_REM_ABORT_ERR;
}

}  // namespace

completion_dispatch::completion_dispatch(std::shared_ptr<device_context> device,
                                         std::shared_ptr<completion_queue> completions, const job_view& job)
    : device_(std::move(device)), completions_(std::move(completions)), job_(job) {
  const int file = device_->get()->async_fd;
  const int flags = ::fcntl(file, F_GETFL);
  if (flags < 0 || ::fcntl(file, F_SETFL, flags | O_NONBLOCK) != 0) {
    give_up("fcntl(events of " + device_->name() + ", O_NONBLOCK)", errno);
  }
}

void completion_dispatch::poll(bool events_too) {
  if (!mutex_.try_lock()) {
    return;
  }
  const detail::annotated_lock lock(mutex_, std::adopt_lock);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the device writes what is read; this is called all the time
  std::array<ibv_wc, reports_at_once> reports;
  int found = 0;
  do {
    found = completions_->poll(reports);
    for (int i = 0; i < found; ++i) {
      dispatch(reports[static_cast<std::size_t>(i)]);
    }
  } while (found == static_cast<int>(reports.size()));
  if (found < 0) {
    fail_everything("the completion queue cannot be polled (ibv_poll_cq returned " + std::to_string(found) + ")");
  }
  if (events_too || ++polls_ % polls_per_look == 0) {
    read_events();
  }
}

void completion_dispatch::read_events() {
  ibv_async_event event = {};
  while (ibv_get_async_event(device_->get(), &event) == 0) {  // the file does not block
    handle(event);
    ibv_ack_async_event(&event);
  }
}

void completion_dispatch::dispatch(const ibv_wc& report) {
  connection& to = *connections_[static_cast<std::size_t>(peer_of(report.wr_id))];
  const bool good = report.status == IBV_WC_SUCCESS;
  if (!good && !to.failed()) {
    job_.say(is_silence(report.status) ? job_view::severity::information : job_view::severity::warning,
             "the connection to " + job_.describe(to.peer()) + " broke: " + ibv_wc_status_str(report.status) +
                 " (status " + std::to_string(report.status) + ", vendor's " + std::to_string(report.vendor_err) + ")");
  }
  to.retire(sequence_of(report.wr_id), good);
}

void completion_dispatch::handle(const ibv_async_event& event) {
  const std::string what = ibv_event_type_str(event.event_type);
  switch (event.event_type) {
    case IBV_EVENT_QP_FATAL:
    case IBV_EVENT_QP_REQ_ERR:
    case IBV_EVENT_QP_ACCESS_ERR:
      fail_queue_pair(*event.element.qp, what.c_str());
      break;
    case IBV_EVENT_CQ_ERR:
    case IBV_EVENT_DEVICE_FATAL:
      fail_everything(what);
      break;
    case IBV_EVENT_PORT_ERR:
      job_.say(job_view::severity::warning,
               device_->name() + ": " + what + " on port " + std::to_string(event.element.port_num) +
                   ": its link is down, and connections break unless it comes back within seconds");
      break;
    default:
      job_.say(job_view::severity::information, device_->name() + ": " + what);
  }
}

void completion_dispatch::fail_queue_pair(const ibv_qp& pair, const char* what) {
  const auto broken = std::ranges::find_if(
      connections_, [&](const connection* each) { return each != nullptr && each->queue_pair() == pair.qp_num; });
  if (broken == connections_.end()) {
    job_.say(job_view::severity::warning, device_->name() + ": " + what);  // the far end of the loop to oneself
    return;
  }
  job_.say(job_view::severity::warning, "the connection to " + job_.describe((*broken)->peer()) + " broke: " + what);
  (*broken)->fail_all();
}

void completion_dispatch::fail_everything(const std::string& why) {
  const bool known =
      std::ranges::all_of(connections_, [](const connection* each) { return each == nullptr || each->failed(); });
  if (!known) {
    job_.say(job_view::severity::warning, device_->name() + ": " + why + ": every connection is broken");
  }
  for (connection* const each : connections_) {
    if (each != nullptr) {
      each->fail_all();
    }
  }
}

}  // namespace liana::transport::verbs
