#include "transport/sim/network.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "transport/sim/network_parts.hpp"

namespace liana::transport::sim {
namespace {

const char* name_of(operation::kind what) {
  switch (what) {
    case operation::kind::read:
      return "READ";
    case operation::kind::write:
      return "WRITE";
    case operation::kind::compare_swap:
      return "CAS";
    default:
      return "FETCH-ADD";
  }
}

}  // namespace

network::network(rank_t ranks, network_options with, chooser& choices)
    : ranks_(ranks),
      options_(with),
      choices_(choices),
      segments_(static_cast<std::size_t>(ranks)),
      broken_(static_cast<std::size_t>(ranks) * static_cast<std::size_t>(ranks), false),
      held_(broken_) {
  for (rank_t rank = 0; rank < ranks; ++rank) {
    inboxes_.push_back(std::make_unique<inbox>());
    inboxes_.back()->rank = rank;
  }
}

network::~network() = default;

void network::set_tracer(tracer to, std::function<std::string(rank_t, std::uint64_t)> place) {
  tracer_ = std::move(to);
  place_ = std::move(place);
}

void network::add_segment(rank_t rank, std::byte* data, std::size_t bytes) {
  segments_[static_cast<std::size_t>(rank)] = {.data = data, .bytes = bytes};
}

std::byte* network::at(rank_t rank, std::uint64_t offset, std::size_t bytes) const {
  const segment& of = segments_[static_cast<std::size_t>(rank)];
  if (of.data == nullptr || offset + bytes > of.bytes) {
    throw std::logic_error("simulated network: an operation leaves the segment of rank " + std::to_string(rank));
  }
  return of.data + offset;
}

network::line& network::line_for(rank_t from, unsigned thread, rank_t to) {
  for (const auto& each : lines_) {
    if (each->from == from && each->thread == thread && each->to == to) {
      return *each;
    }
  }
  lines_.push_back(std::make_unique<line>());
  line& made = *lines_.back();
  made.from = from;
  made.thread = thread;
  made.to = to;
  return made;
}

void network::post(rank_t from, unsigned thread, rank_t to, std::span<const operation> chain, completion& done) {
  done.add();
  for (const operation& each : chain) {
    if (observer_) {
      observer_(from, to, each);
    }
  }
  if (broken(from, to)) {
    done.fail(to);
    return;
  }
  line& on = line_for(from, thread, to);
  const auto under_way = std::make_shared<chain_under_way>();
  under_way->done = &done;
  under_way->left = chain.size();
  under_way->begins_with_write = chain.front().what == operation::kind::write;
  for (const operation& each : chain) {
    static_cast<void>(at(to, each.remote, each.bytes));
    pending& made = on.queue.emplace_back();
    made.what = each;
    made.chain = under_way;
    if (each.what == operation::kind::write && each.bytes <= inline_bytes) {
      const auto* const bytes = static_cast<const std::byte*>(each.source);
      std::copy(bytes, bytes + each.bytes, made.copied.data());
    }
    trace(on, made, "posted");
  }
}

std::span<const network::agent> network::ready() {
  ready_.clear();
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const line& each = *lines_[i];
    if (!each.queue.empty() && !held_[number_of(each.from, each.to)]) {
      ready_.push_back(inboxes_.size() + i);
    }
  }
  for (std::size_t i = 0; i < inboxes_.size(); ++i) {
    if (!inboxes_[i]->items.empty()) {
      ready_.push_back(i);
    }
  }
  return ready_;
}

/// One report for each chain; several chains may count for one completion.
void network::fail(line& of) {
  std::vector<std::shared_ptr<chain_under_way>> failed;
  for (const pending& each : of.queue) {
    if (std::ranges::find(failed, each.chain) == failed.end()) {
      failed.push_back(each.chain);
    }
  }
  drop(of);
  for (const auto& each : failed) {
    each->done->fail(of.to);
  }
}

void network::drop(line& of) {
  std::vector<std::uint64_t>& busy = inboxes_[static_cast<std::size_t>(of.to)]->atomics;
  for (const pending& each : of.queue) {
    if (is_atomic(each.what) && each.begun && each.at == pending::stage::transferring) {
      busy.erase(std::ranges::find(busy, each.what.remote));
    }
  }
  of.queue.clear();
}

void network::forget(rank_t from) {
  for (const auto& each : lines_) {
    if (each->from == from) {
      drop(*each);
    }
  }
}

void network::hold(rank_t from, rank_t to, bool held) { held_[number_of(from, to)] = held; }

std::vector<const completion*> network::awaited(rank_t from) const {
  std::vector<const completion*> found;
  for (const auto& each : lines_) {
    if (each->from == from) {
      for (const pending& operation : each->queue) {
        found.push_back(operation.chain->done);
      }
    }
  }
  return found;
}

void network::break_connection(rank_t one, rank_t other) {
  broken_[number_of(one, other)] = true;
  broken_[number_of(other, one)] = true;
  for (const auto& each : lines_) {
    if ((each->from == one && each->to == other) || (each->from == other && each->to == one)) {
      fail(*each);
    }
  }
}

void network::lose(rank_t rank) {
  for (rank_t other = 0; other < ranks_; ++other) {
    break_connection(rank, other);
  }
}

bool network::idle() const {
  return std::ranges::all_of(lines_, [](const auto& each) { return each->queue.empty(); }) &&
         std::ranges::all_of(inboxes_, [](const auto& each) { return each->items.empty(); });
}

void network::trace(const line& of, const pending& each, const std::string& what) {
  if (!tracer_) {
    return;
  }
  tracer_("rank " + std::to_string(of.from) + " thread " + std::to_string(of.thread) + " -> rank " +
          std::to_string(of.to) + ": " + name_of(each.what.what) + " " + std::to_string(each.what.bytes) + " B at " +
          place_(of.to, each.what.remote) + ": " + what);
}

}  // namespace liana::transport::sim
