// Atomics, recorded as blocks of one word whose value is their version: each addition of 1 makes the next.

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <liana/atomic.hpp>

#include "tests/sim/recorder.hpp"

namespace liana_tests::sim {

namespace detail = liana::detail;

namespace {

using word = liana::global_atomic<std::uint64_t>;

}  // namespace

void recorder::make_atomic(const detail::runtime_state& state, shared_block& which) {
  which.at = liana::make_atomic<std::uint64_t>().address();
  which.data_at = state.data_at(which.at);
}

/// A read-modify-write is a read and a write that nobody comes between.
void recorder::changed(std::size_t read, std::size_t write, std::uint64_t before) {
  end(read);
  end(write);
  entries_[read].version = before;
  entries_[write].version = before + 1;
  entries_[write].updates = true;
}

std::uint64_t recorder::load(std::size_t process, std::size_t block) {
  const std::size_t which = begin(process, block, false, process);
  const std::uint64_t found = word(blocks_[block].at).load();
  end(which);
  entries_[which].version = found;
  return found;
}

void recorder::add(std::size_t process, std::size_t block) {
  const std::size_t read = begin(process, block, false, process);
  const std::size_t write = begin(process, block, true, process);
  changed(read, write, word(blocks_[block].at).fetch_add(1));
}

void recorder::swap(std::size_t process, std::size_t block) {
  const word at(blocks_[block].at);
  std::uint64_t expected = load(process, block);
  const std::size_t read = begin(process, block, false, process);
  const std::size_t write = begin(process, block, true, process);
  if (at.compare_exchange(expected, expected + 1)) {
    changed(read, write, expected);
  } else {
    end(read);
    end(write);  // without a version: it did not happen
    entries_[read].version = expected;
  }
}

void recorder::add_several(const std::vector<std::size_t>& blocks, bool by_rounds) {
  std::vector<detail::address> at;
  std::vector<std::size_t> reads;
  std::vector<std::size_t> writes;
  for (const std::size_t each : blocks) {
    at.push_back(blocks_[each].at);
    const std::size_t process = next_process_++;
    reads.push_back(begin(process, each, false, 0));
    writes.push_back(begin(process, each, true, 0));
  }
  const std::vector<std::uint64_t> ones(at.size(), 1);
  std::vector<std::uint64_t> before(at.size());
  detail::change_words(at, ones, by_rounds ? &detail::word_changes<std::uint64_t>::add : nullptr, before, "fetch_add");
  for (std::size_t i = 0; i < at.size(); ++i) {
    changed(reads[i], writes[i], before[i]);
  }
}

/// No two additions found the same value. One that was cut off may have been made: if somebody saw what it made.
std::optional<std::string> recorder::check_atomic(std::size_t block) {
  std::map<std::uint64_t, const entry*> makers;
  std::vector<entry*> cut_off;
  for (entry& each : entries_) {
    if (each.block != block || !each.write) {
      continue;
    }
    if (each.version == unknown_version) {
      if (each.end == UINT64_MAX) {
        cut_off.push_back(&each);
      }
      continue;
    }
    const auto [other, is_first] = makers.emplace(each.version, &each);
    if (!is_first) {
      return fmt::format("{} and {} both made {}", describe(each), describe(*other->second), each.version);
    }
  }
  std::set<std::uint64_t> seen;
  for (const entry& each : entries_) {
    if (each.block == block && !each.write && each.version != unknown_version && each.version != 0 &&
        !makers.contains(each.version)) {
      seen.insert(each.version);
    }
  }
  // Whoever began first made the first: if any of them can have made it, that one can.
  std::ranges::sort(cut_off, {}, &entry::begin);
  for (std::size_t i = 0; const std::uint64_t version : seen) {
    if (i < cut_off.size()) {
      cut_off[i++]->version = version;
    }
  }
  return std::nullopt;
}

}  // namespace liana_tests::sim
