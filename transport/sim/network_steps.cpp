// The steps of operations under way: pieces, atomics, inboxes, reports.

#include <algorithm>
#include <memory>
#include <string>

#include <liana/detail/racing_copy.hpp>

#include "transport/sim/network.hpp"
#include "transport/sim/network_parts.hpp"

namespace liana::transport::sim {
namespace {

constexpr std::size_t line_bytes = 64;

/// For traces.
std::string text_of(const std::byte* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  }
  return std::to_string(value);
}

/// Words whole, as hardware does; smaller pieces as they are.
void copy_word(std::byte* to, const std::byte* from, std::size_t bytes) {
  if (bytes == word_bytes && reinterpret_cast<std::uintptr_t>(to) % word_bytes == 0 &&
      reinterpret_cast<std::uintptr_t>(from) % word_bytes == 0) {
    __atomic_store_n(reinterpret_cast<std::uint64_t*>(to),
                     __atomic_load_n(reinterpret_cast<const std::uint64_t*>(from), __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
    return;
  }
  for (std::size_t i = 0; i < bytes; ++i) {
    __atomic_store_n(reinterpret_cast<std::uint8_t*>(to + i),
                     __atomic_load_n(reinterpret_cast<const std::uint8_t*>(from + i), __ATOMIC_ACQUIRE),
                     __ATOMIC_RELEASE);
  }
}

}  // namespace

bool network::step(agent which) {
  if (which < inboxes_.size()) {
    take_one_out(*inboxes_[which]);
    return true;
  }
  line& of = *lines_[which - inboxes_.size()];
  const std::size_t index = choose_operation(of);
  const progress made = carry_out(of, of.queue[index]);
  if (made == progress::done) {
    finish(of, index);
  }
  return made != progress::none;
}

/// Mostly the first operation that has not taken effect; now and then one that has and is not reported, or a write or
/// atomic that has only reads and atomics before it and need not wait for them.
std::size_t network::choose_operation(const line& of) {
  const auto takes_effect = [](const pending& each) { return each.at == pending::stage::transferring; };
  const auto first = std::ranges::find_if(of.queue, takes_effect);
  const auto front = static_cast<std::size_t>(first - of.queue.begin());
  if (front != 0 && (first == of.queue.end() || choices_.once_in(3))) {
    return choices_.below(front);
  }
  for (std::size_t i = front; options_.reorder && i < of.queue.size(); ++i) {
    const pending& each = of.queue[i];
    if (!takes_effect(each)) {
      continue;
    }
    const bool read = each.what.what == operation::kind::read;
    const bool overtakes = read ? options_.unordered_reads && each.chain->begins_with_write : !each.what.fenced;
    if (i != front && overtakes && choices_.once_in(3)) {
      return i;
    }
    if (!read && !is_atomic(each.what)) {
      break;  // nothing overtakes a write
    }
  }
  return front;
}

/// One step of an operation. Done: it was reported.
network::progress network::carry_out(line& of, pending& each) {
  const auto report = options_.late_to_report ? progress::some : progress::done;
  switch (each.at) {
    case pending::stage::transferring:
      if (is_atomic(each.what)) {
        if (const progress made = take_atomic_step(of, each); made != progress::done) {
          return made;
        }
      } else {
        transfer_piece(of, each);
        if (each.transferred != each.pieces) {
          return progress::some;
        }
      }
      each.at = each.what.visible ? pending::stage::flushing : pending::stage::reporting;
      return each.what.visible ? progress::some : report;
    case pending::stage::flushing:
      empty_inbox(of.to);
      each.at = pending::stage::reporting;
      return report;
    default:
      return progress::done;
  }
}

/// A piece of a read or write, or several in a row.
void network::transfer_piece(line& of, pending& each) {
  const operation& what = each.what;
  const std::uint64_t before_first = what.remote % word_bytes;
  if (!each.begun) {
    each.begun = true;
    each.pieces = std::max<std::size_t>(1, (before_first + what.bytes + word_bytes - 1) / word_bytes);
    const bool ascending = what.bytes == line_bytes && what.remote % line_bytes == 0;
    if (!ascending && options_.split) {
      each.first_piece = choices_.below(each.pieces);
      each.descending = choices_.once_in(2);
    }
  }
  const std::size_t left = each.pieces - each.transferred;
  std::size_t now = left;
  if (options_.split) {
    now = choices_.once_in(2) ? 1 : 1 + choices_.below(left);
  }
  for (; now != 0 && what.bytes != 0; --now, ++each.transferred) {
    const std::size_t i =
        each.descending ? each.first_piece + each.pieces - each.transferred : each.first_piece + each.transferred;
    const std::uint64_t word = i % each.pieces * word_bytes;
    const std::uint64_t begin = word < before_first ? 0 : word - before_first;
    const std::uint64_t end = std::min<std::uint64_t>(word + word_bytes - before_first, what.bytes);
    const std::byte* moved = each.source() + begin;
    if (what.what == operation::kind::read) {
      empty_inbox(of.to);
      moved = static_cast<std::byte*>(what.local) + begin;
      detail::racing_copy(static_cast<std::byte*>(what.local) + begin, at(of.to, what.remote + begin, end - begin),
                          end - begin);
    } else {
      write(of.to, what.remote + begin, moved, end - begin);
    }
    if (tracer_) {
      trace(of, each, "+" + std::to_string(begin) + " = " + text_of(moved, end - begin));
    }
  }
  if (what.bytes == 0) {
    each.transferred = each.pieces;
  }
}

/// The read of an atomic, or its write.
network::progress network::take_atomic_step(line& of, pending& each) {
  const operation& what = each.what;
  std::vector<std::uint64_t>& busy = inboxes_[static_cast<std::size_t>(of.to)]->atomics;
  if (!each.begun) {
    if (std::ranges::find(busy, what.remote) != busy.end()) {
      return progress::none;  // another atomic of the word is under way
    }
    empty_inbox(of.to);
    each.before =
        __atomic_load_n(reinterpret_cast<const std::uint64_t*>(at(of.to, what.remote, word_bytes)), __ATOMIC_ACQUIRE);
    each.begun = true;
    busy.push_back(what.remote);
    trace(of, each, "read " + std::to_string(each.before));
    if (options_.split) {
      return progress::some;
    }
  }
  std::uint64_t after = each.before;
  if (what.what == operation::kind::fetch_add) {
    after += what.operand;
  } else if (each.before == what.compare) {
    after = what.operand;
  }
  write(of.to, what.remote, reinterpret_cast<const std::byte*>(&after), word_bytes);
  busy.erase(std::ranges::find(busy, what.remote));
  if (what.local != nullptr) {
    __atomic_store_n(static_cast<std::uint64_t*>(what.local), each.before, __ATOMIC_RELEASE);
  }
  trace(of, each, "wrote " + std::to_string(after));
  return progress::done;
}

void network::write(rank_t to, std::uint64_t offset, const std::byte* bytes, std::size_t count) {
  inbox& into = *inboxes_[static_cast<std::size_t>(to)];
  if (into.items.empty() && (!options_.delay_sight || choices_.once_in(2))) {
    copy_word(at(to, offset, count), bytes, count);
    return;
  }
  inbox::item& made = into.items.emplace_back();
  made.offset = offset;
  made.bytes = count;
  std::copy(bytes, bytes + count, made.value.data());
}

void network::take_one_out(inbox& of) {
  const inbox::item first = of.items.front();
  of.items.pop_front();
  copy_word(at(of.rank, first.offset, first.bytes), first.value.data(), first.bytes);
  if (tracer_) {
    tracer_("rank " + std::to_string(of.rank) + "'s CPU sees " + place_(of.rank, first.offset));
  }
}

void network::empty_inbox(rank_t of) {
  inbox& its = *inboxes_[static_cast<std::size_t>(of)];
  while (!its.items.empty()) {
    take_one_out(its);
  }
}

void network::finish(line& of, std::size_t index) {
  const std::shared_ptr<chain_under_way> chain = of.queue[index].chain;
  of.queue.erase(of.queue.begin() + static_cast<std::ptrdiff_t>(index));
  if (--chain->left == 0) {
    chain->done->finish();
  }
}

}  // namespace liana::transport::sim
