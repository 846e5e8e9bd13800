#include "transport/verbs/verbs_transport.hpp"

#include <unistd.h>

#include <algorithm>
#include <random>
#include <utility>

namespace liana::transport {
namespace {

using verbs::connected_queue_pair;
using verbs::endpoint;
using verbs::prepared_queue_pair;

/// Scratch for values that nobody wants, on lines of its own; bounce memory follows it. What lies between two reads
/// goes there too: so many bytes take a device less time than a request.
constexpr std::size_t scratch_bytes = 512;

/// How often a peer that somebody waits for is probed: often enough to notice its end within seconds, and for
/// all ranks together a thousand times a second at most.
constexpr std::chrono::milliseconds least_probe_interval{200};
constexpr std::chrono::milliseconds probe_interval_per_rank{1};

bool needs_bounce(const std::vector<prepared_queue_pair>& pairs) {
  return std::ranges::any_of(pairs,
                             [](const prepared_queue_pair& each) { return each.limits().inline_bytes < inline_bytes; });
}

std::chrono::milliseconds probe_interval(std::size_t ranks) {
  return std::max(least_probe_interval, probe_interval_per_rank * static_cast<int>(ranks));
}

/// The sequence numbers of packets have 24 bits.
std::uint32_t draw_first_packet() {
  static constexpr std::uint32_t mask = 0xFFFFFF;
  std::random_device random;
  return random() & mask;
}

}  // namespace

verbs_transport::verbs_transport(job_view job)
    : job_(std::move(job)),
      chosen_(verbs::open_device(job_)),
      sizes_(verbs::plan_queues(chosen_.facts, static_cast<int>(ranks()) + 1)),
      domain_(std::make_shared<verbs::protection_domain>(chosen_.device)),
      segment_(domain_, {job_.segments[self()].data, job_.segments[self()].bytes}),
      completions_(std::make_shared<verbs::completion_queue>(chosen_.device, sizes_.completion_entries)),
      prepared_([this] {
        std::vector<prepared_queue_pair> made;
        made.reserve(ranks());
        std::generate_n(std::back_inserter(made), ranks(), [this] { return prepare(); });
        return made;
      }()),
      prepared_far_end_(prepare()),
      side_pages_(scratch_bytes + (needs_bounce(prepared_) ? ranks() * sizes_.send_depth * inline_bytes : 0)),
      side_memory_(domain_, side_pages_.memory()),
      dispatch_(chosen_.device, completions_, job_) {
  job_.say(job_view::severity::information,
           "RDMA device " + chosen_.describe() + "; " + std::to_string(sizes_.send_depth) + " requests and " +
               std::to_string(prepared_.front().limits().inline_bytes) + " bytes inline per connection");
}

verbs::prepared_queue_pair verbs_transport::prepare() const {
  return {domain_,
          completions_,
          chosen_,
          {.send_depth = sizes_.send_depth, .inline_bytes = inline_bytes, .pieces = sizes_.pieces}};
}

endpoint verbs_transport::end_of(const prepared_queue_pair& pair) {
  endpoint end = verbs::describe_port(chosen_);
  end.queue_pair = pair.number();
  end.first_packet = draw_first_packet();
  end.remote_key = segment_.remote_key();
  end.segment = reinterpret_cast<std::uintptr_t>(segment_.memory().data());
  return end;
}

std::vector<std::string> verbs_transport::addresses() {
  std::vector<std::string> texts;
  for (const prepared_queue_pair& each : prepared_) {
    mine_.push_back(end_of(each));
    texts.push_back(verbs::encode(mine_.back()));
  }
  return texts;
}

void verbs_transport::connect(std::span<const std::string> addresses) {
  connections_.resize(ranks());
  for (std::size_t peer = 0; peer < ranks(); ++peer) {
    try {
      if (peer == self()) {
        const endpoint far_end = end_of(*prepared_far_end_);
        far_end_.emplace(std::move(*prepared_far_end_), chosen_, far_end, mine_[peer]);
        prepared_far_end_.reset();
        connect_one(peer, std::move(prepared_[peer]), mine_[peer], far_end);
      } else {
        connect_one(peer, std::move(prepared_[peer]), mine_[peer], verbs::decode(addresses[peer]));
      }
    } catch (const unavailable& problem) {
      throw unavailable("connecting to " + job_.describe(static_cast<rank_t>(peer)) + ": " + problem.what());
    }
  }
  decltype(prepared_)().swap(prepared_);  // their memory too, which grows with the number of ranks
  decltype(mine_)().swap(mine_);
  std::vector<verbs::connection*> served;
  served.reserve(ranks());
  std::ranges::transform(connections_, std::back_inserter(served), &std::unique_ptr<verbs::connection>::get);
  dispatch_.serve(std::move(served));
}

void verbs_transport::connect_one(std::size_t peer, prepared_queue_pair pair, const endpoint& mine,
                                  const endpoint& theirs) {
  connected_queue_pair connected(std::move(pair), chosen_, mine, theirs);
  const verbs::request_context context = context_for(peer, theirs, connected.limits());
  connections_[peer] = std::make_unique<verbs::connection>(std::move(connected), context, dispatch_);
}

verbs::request_context verbs_transport::context_for(std::size_t peer, const endpoint& theirs,
                                                    verbs::queue_limits limits) {
  const std::size_t bounce_bytes = sizes_.send_depth * inline_bytes;
  const std::span<std::byte> side = side_memory_.memory();
  return {.segment = segment_.memory(),
          .segment_key = segment_.local_key(),
          .scratch = side.first(scratch_bytes),
          .scratch_key = side_memory_.local_key(),
          .bounce = limits.inline_bytes < inline_bytes ? side.subspan(scratch_bytes + peer * bounce_bytes, bounce_bytes)
                                                       : std::span<std::byte>(),
          .inline_limit = limits.inline_bytes,
          .longest_message = chosen_.port.attributes.max_msg_sz,
          .send_depth = limits.send_depth,
          .most_pieces = limits.pieces,
          .remote_segment = theirs.segment,
          .remote_bytes = job_.segments[peer].bytes,
          .remote_key = theirs.remote_key,
          .peer = static_cast<rank_t>(peer)};
}

void verbs_transport::post(rank_t peer, std::span<const operation> chain, completion& done) {
  connections_[static_cast<std::size_t>(peer)]->post(chain, done);
}

void verbs_transport::forget() noexcept {
  // The kernel takes the queue pairs down when the last process has closed the device.
  ::close(chosen_.device->get()->async_fd);
  ::close(chosen_.device->get()->cmd_fd);
}

bool verbs_transport::lost(rank_t peer) {
  const auto index = static_cast<std::size_t>(peer);
  if (index == self()) {
    return false;
  }
  verbs::connection& to = *connections_[index];
  if (to.failed() || (job_.segments[index].data != nullptr && job_.near_lost(peer))) {
    return true;
  }
  if (job_.segments[index].data == nullptr) {
    to.probe(probe_interval(ranks()));
  }
  dispatch_.poll(true);
  return to.failed();
}

std::chrono::milliseconds verbs_transport::time_to_notice() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(verbs::notice_ns)) +
         probe_interval(ranks());
}

}  // namespace liana::transport
