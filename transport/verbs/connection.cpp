#include "transport/verbs/connection.hpp"

#include <sched.h>

#include <algorithm>

#include "transport/verbs/completion_dispatch.hpp"

namespace liana::transport::verbs {
namespace {

constexpr std::size_t probe_bytes = 8;

}  // namespace

connection::connection(connected_queue_pair pair, const request_context& context, completion_dispatch& dispatch)
    : pair_(std::move(pair)), context_(context), dispatch_(dispatch), ring_(context.send_depth) {}

void connection::post(std::span<const operation> chain, completion& done) {
  check_chain(chain, context_);
  done.add();
  std::size_t left = count_requests(chain, context_);
  if (left == 0) {
    done.finish();
    return;
  }
  const detail::annotated_lock lock(mutex_);
  const std::size_t most = std::min<std::size_t>(request_list::capacity, context_.send_depth);
  chain_translator translator(chain, context_);
  request_list list;
  for (bool first = true;; first = false) {
    const std::size_t part = std::min(left, most);
    if (!wait_for_room(part)) {
      if (!first) {
        drain();  // the device may still use the buffers of the parts that it has
      }
      done.fail(peer());
      return;
    }
    translator.fill(list, part, posted_.load(std::memory_order_relaxed));
    left -= list.size();
    const outcome how = submit(list, left == 0 ? &done : nullptr);
    if (how != outcome::posted && (left != 0 || how == outcome::refused)) {
      drain();  // as above, and parts of this list may be with the device, too
      done.fail(peer());
    }
    if (how != outcome::posted || left == 0) {
      return;
    }
  }
}

/// False when the connection has failed.
bool connection::wait_for_room(std::size_t requests) {
  while (!failed() && under_way() + requests > context_.send_depth) {
    dispatch_.poll();
    if (under_way() + requests > context_.send_depth) {
      ::sched_yield();
    }
  }
  return !failed();
}

/// `failed`: `done`, where there is one, will be failed by the thread that polls, or was.
connection::outcome connection::submit(request_list& list, completion* done) {
  const auto count = static_cast<std::uint32_t>(list.size());
  const std::uint32_t first = posted_.load(std::memory_order_relaxed);
  const std::uint32_t place = ring_head_.load(std::memory_order_relaxed);
  ring_[place % ring_.size()] = {.last = first + count - 1, .done = done};
  posted_.store(first + count, std::memory_order_relaxed);
  ring_head_.store(place + 1, std::memory_order_release);  // before the device can report
  ibv_send_wr* refused = nullptr;
  const int error = pair_.post(list.first(), &refused);
  if (error == 0) {
    if (silent_.load(std::memory_order_acquire)) {
      dispatch_.exclusively([this] { fail_all(); });  // that came between the look at `failed_` and now
    }
    return outcome::posted;
  }
  return take_back(list, refused);
}

/// The device has refused a part of a list, which only a broken one does, since there was room. What it has taken will
/// be reported as failed.
connection::outcome connection::take_back(request_list& list, const ibv_send_wr* refused) {
  const auto taken = refused == nullptr ? std::uint32_t{0} : static_cast<std::uint32_t>(refused - list.first());
  outcome how = outcome::failed;
  dispatch_.exclusively([&] {
    failed_.store(true, std::memory_order_release);
    const std::uint32_t place = ring_head_.load(std::memory_order_relaxed) - 1;
    const std::uint32_t first = posted_.load(std::memory_order_relaxed) - static_cast<std::uint32_t>(list.size());
    if (ring_tail_ == place + 1) {
      return;  // an event of the device has failed it already
    }
    posted_.store(first + taken, std::memory_order_relaxed);
    if (taken == 0) {
      ring_head_.store(place, std::memory_order_relaxed);
      how = outcome::refused;
    } else {
      ring_[place % ring_.size()].last = first + taken - 1;
    }
  });
  pair_.break_off();
  return how;
}

/// Waits until nothing is under way.
void connection::drain() {
  while (under_way() != 0) {
    dispatch_.poll();
    ::sched_yield();
  }
}

void connection::probe(std::chrono::steady_clock::duration interval) {
  if (!mutex_.try_lock()) {
    return;
  }
  const detail::annotated_lock lock(mutex_, std::adopt_lock);
  const auto now = std::chrono::steady_clock::now();
  if (failed() || !probe_.done() || now < next_probe_ || under_way() + 1 > context_.send_depth) {
    return;
  }
  next_probe_ = now + interval;
  // An atomic that changes nothing would do as well; a read of the first word of the segment harms nobody. It goes to
  // the scratch memory, hence not through `post`.
  operation each = operation::read(0, context_.scratch.data(), probe_bytes);
  request_context context = context_;
  context.segment_key = context_.scratch_key;
  chain_translator translator(std::span(&each, 1), context);
  request_list list;
  translator.fill(list, 1, posted_.load(std::memory_order_relaxed));
  probe_.add();
  if (submit(list, &probe_) == outcome::refused) {
    probe_.fail(peer());
  }
}

void connection::retire(std::uint32_t sequence, bool good) {
  if (!good) {
    failed_.store(true, std::memory_order_release);
  }
  const std::uint32_t head = ring_head_.load(std::memory_order_acquire);
  while (ring_tail_ != head) {
    const record ended = ring_[ring_tail_ % ring_.size()];
    if (static_cast<std::int32_t>(sequence - ended.last) < 0) {
      return;  // only a part of it has ended, which happens when it fails
    }
    ++ring_tail_;
    retired_.store(ended.last + 1, std::memory_order_release);
    if (ended.done == nullptr) {
      continue;
    }
    if (good) {
      ended.done->finish();
    } else {
      ended.done->fail(peer());
    }
  }
}

void connection::fail_all() {
  failed_.store(true, std::memory_order_release);
  silent_.store(true, std::memory_order_release);
  pair_.break_off();
  const std::uint32_t head = ring_head_.load(std::memory_order_acquire);
  while (ring_tail_ != head) {
    retire(ring_[ring_tail_ % ring_.size()].last, false);
  }
}

}  // namespace liana::transport::verbs
