// What the recorder makes of a run when it is over.

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/sim/recorder.hpp"

namespace liana_tests::sim {

std::optional<std::string> recorder::judge() {
  if (seen_.has_value()) {
    return seen_;
  }
  if (auto found = find_versions(); found.has_value()) {
    return found;
  }
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    if (auto found = blocks_[block].atomic ? check_atomic(block) : replay(block); found.has_value()) {
      return found;
    }
  }
  if (auto found = check_own_order(); found.has_value()) {
    return found;
  }
  history_.clear();
  for (const entry& each : entries_) {
    if (each.version == unknown_version) {
      continue;  // it threw, before it read or published anything
    }
    history_.push_back({.process = each.process,
                        .block = each.block,
                        .write = each.write,
                        .updates = each.updates,
                        .version = each.version,
                        .value = each.version,
                        .begin = each.begin,
                        .end = each.end});
  }
  static block_checker blocks;
  static order_checker order;
  if (const auto found = blocks.check(history_); found.has_value()) {
    return found->what;
  }
  if (const auto found = order.check(history_); found.has_value()) {
    return found->what;
  }
  return std::nullopt;
}

/// Every write that ended has made a version; one that did not end, because its thread failed, may have.
std::optional<std::string> recorder::find_versions() {
  for (entry& each : entries_) {
    if (blocks_[each.block].atomic) {
      continue;
    }
    if (each.write && each.end == UINT64_MAX) {
      const std::uint64_t version = published_version(each);
      each.version = version == recorder::nothing_published ? unknown_version : version;
    }
    if (each.write && each.end != UINT64_MAX && each.version == unknown_version) {
      return describe(each) + " published no version";
    }
    if (each.write) {
      version_of_id_[each.id] = each.version;
    }
  }
  find_cut_off();
  return std::nullopt;
}

/// Whatever a thread does with a block comes after its own writes to it that it has begun before, waited for or not.
std::optional<std::string> recorder::check_own_order() {
  std::vector<const entry*> last(threads_ * blocks_.size(), nullptr);  // by thread and block: its newest write so far
  for (const entry& each : entries_) {
    if (each.version == unknown_version || each.issuer >= threads_ || blocks_[each.block].atomic) {
      continue;
    }
    const entry*& newest = last[each.issuer * blocks_.size() + each.block];
    if (newest != nullptr && each.version < newest->version) {
      return fmt::format("{} comes before {} of the same thread, which was begun earlier", describe(each),
                         describe(*newest));
    }
    if (each.write) {
      newest = &each;
    }
  }
  return std::nullopt;
}

/// A rank may be lost between the publication of the replica that its writer keeps and the release, and another of its
/// threads may have read the replica. Such a write has made no version at the home, where the block stays held for
/// good: it is the last one, and nobody on another rank may see it.
void recorder::find_cut_off() {
  for (entry& cut : entries_) {
    if (!cut.write || cut.end != UINT64_MAX || cut.version != unknown_version || blocks_[cut.block].atomic) {
      continue;
    }
    std::uint64_t last = 0;
    bool seen = false;
    for (const entry& each : entries_) {
      if (each.block != cut.block) {
        continue;
      }
      if (each.write && each.version != unknown_version) {
        last = std::max(last, each.version);
      } else if (!each.write && each.end != UINT64_MAX && each.rank == cut.rank) {
        const auto words = snapshots_.begin() + static_cast<std::ptrdiff_t>(each.snapshot);
        seen = seen || std::find(words, words + static_cast<std::ptrdiff_t>(blocks_[each.block].words), cut.id) !=
                           words + static_cast<std::ptrdiff_t>(blocks_[each.block].words);
      }
    }
    if (seen) {
      cut.version = last + 1;
      version_of_id_[cut.id] = cut.version;
      cut_off_.push_back(&cut);
    }
  }
}

/// Follows the versions of a block and compares what was read with what it was.
std::optional<std::string> recorder::replay(std::size_t block) {
  std::vector<entry*> writes;
  std::uint64_t last = 0;
  for (entry& each : entries_) {
    if (each.block == block && each.write && each.version != unknown_version) {
      writes.push_back(&each);
      last = std::max(last, each.version);
    }
  }
  std::ranges::sort(writes, {}, [](const entry* each) { return each->version; });
  const std::size_t words = blocks_[block].words;
  std::vector<std::uint64_t> states((last + 1) * words, 0);
  std::size_t next = 0;
  for (std::uint64_t version = 1; version <= last; ++version) {
    std::copy_n(&states[(version - 1) * words], words, &states[version * words]);
    if (next == writes.size() || writes[next]->version != version) {
      continue;  // a hold that was given back unchanged
    }
    const entry& by = *writes[next++];
    if (next < writes.size() && writes[next]->version == version) {
      return describe(by) + " and " + describe(*writes[next]) + " made one version";
    }
    const std::size_t first = by.whole ? 0 : by.word;
    std::fill_n(&states[version * words + first], by.whole ? words : 1, by.id);
  }
  for (entry& each : entries_) {
    if (each.block == block && !each.write && each.end != UINT64_MAX) {
      if (auto found = check_snapshot(each, states); found.has_value()) {
        return found;
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> recorder::check_snapshot(entry& each, const std::vector<std::uint64_t>& states) {
  const std::size_t words = blocks_[each.block].words;
  const std::uint64_t* const found = &snapshots_[each.snapshot];
  std::uint64_t version = 0;
  for (std::size_t i = 0; i < words; ++i) {
    if (found[i] >= version_of_id_.size() || version_of_id_[found[i]] == unknown_version) {
      return fmt::format("{} saw {}, which nobody wrote there", describe(each), found[i]);
    }
    for (const entry* const cut : cut_off_) {
      if (cut->id == found[i] && cut->rank != each.rank) {
        return fmt::format("{} on rank {} saw {}, which never left rank {}", describe(each), each.rank, found[i],
                           cut->rank);
      }
    }
    version = std::max(version, version_of_id_[found[i]]);
  }
  if ((version + 1) * words > states.size() || !std::equal(found, found + words, &states[version * words])) {
    return fmt::format("{} saw a mixture of versions: {}", describe(each), fmt::join(found, found + words, " "));
  }
  each.version = version;
  return std::nullopt;
}

}  // namespace liana_tests::sim
