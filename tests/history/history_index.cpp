#include "tests/history/history_index.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace liana_tests {

std::optional<violation> history_index::rebuild(std::span<const access> accesses) {
  start(accesses);
  find_earlier(accesses);
  if (auto bad = number_writes(accesses)) return bad;
  if (auto bad = find_seen(accesses)) return bad;
  if (auto bad = follow_versions(accesses)) return bad;
  if (auto bad = follow_updates(accesses)) return bad;
  return form_chains(accesses);
}

void history_index::start(std::span<const access> accesses) {
  blocks_ = 0;
  processes_ = 0;
  std::size_t writes = 0;
  for (const access& one : accesses) {
    blocks_ = std::max(blocks_, one.block + 1);
    processes_ = std::max(processes_, one.process + 1);
    writes += one.write ? 1U : 0U;
    if (one.begin > one.end) throw std::invalid_argument("history: ends before it begins: " + describe(one));
  }
  ++generation_;
  values_.assign(blocks_, value{});
  for (std::uint32_t block = 0; block < blocks_; ++block) values_[block].block = block;
  of_access_.assign(accesses.size(), entry{});
  const std::size_t wanted = std::bit_ceil(2 * writes + 2);
  if (by_content_.size() < wanted) by_content_.assign(wanted, slot{});
  const std::size_t pairs = std::size_t{processes_} * blocks_;
  if (latest_.size() < pairs) latest_.assign(pairs, slot{});
  latest_of_process_.assign(processes_, none);
  known_.clear();
  chain_orders_.clear();
}

void history_index::find_earlier(std::span<const access> accesses) {
  for (std::uint32_t i = 0; i < accesses.size(); ++i) {
    const access& one = accesses[i];
    entry& here = of_access_[i];
    std::uint32_t& latest = latest_of_process_[one.process];
    here.earlier = latest;
    latest = i;
    slot& on_block = latest_[std::size_t{one.process} * blocks_ + one.block];
    if (on_block.generation == generation_) here.earlier_on_block = on_block.content;
    on_block = {generation_, i};
  }
}

// The slot that holds the value with this content, or an empty one for it.
history_index::slot& history_index::slot_of(std::span<const access> accesses, std::uint32_t block,
                                            std::uint64_t content) {
  const std::size_t mask = by_content_.size() - 1;
  const std::uint64_t hash = (content + block * 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
  for (std::size_t i = (hash ^ (hash >> 32U)) & mask;; i = (i + 1) & mask) {
    slot& here = by_content_[i];
    if (here.generation != generation_) return here;
    const access& writer = accesses[values_[here.content].writer];
    if (writer.block == block && writer.value == content) return here;
  }
}

std::optional<violation> history_index::number_writes(std::span<const access> accesses) {
  for (std::uint32_t i = 0; i < accesses.size(); ++i) {
    const access& one = accesses[i];
    if (!one.write) continue;
    if (one.value == 0 || one.version == 0) {
      throw std::invalid_argument("history: a write cannot leave what is initial: " + describe(one));
    }
    slot& here = slot_of(accesses, one.block, one.value);
    if (here.generation == generation_) {
      return violation{"two writes left one value: " + name(accesses, here.content) + " and " + describe(one)};
    }
    const auto number = static_cast<std::uint32_t>(values_.size());
    here = {generation_, number};
    values_.push_back({.writer = i, .block = one.block, .version = one.version});
    of_access_[i].seen = number;
  }
  return {};
}

std::optional<violation> history_index::find_seen(std::span<const access> accesses) {
  for (std::uint32_t i = 0; i < accesses.size(); ++i) {
    const access& one = accesses[i];
    if (one.write) continue;
    std::uint32_t number = one.block;
    if (one.value != 0) {
      const slot& here = slot_of(accesses, one.block, one.value);
      if (here.generation != generation_) {
        return violation{"nobody wrote value " + std::to_string(one.value) + ": " + describe(one)};
      }
      number = here.content;
    }
    of_access_[i].seen = number;
    value& source = values_[number];
    if (source.version == unknown_version && one.version != 0) source.version = one.version;
    if (one.version != unknown_version && one.version != source.version) {
      return violation{describe(one) + " with value " + std::to_string(one.value) +
                       ", which was not of this version: " + name(accesses, number)};
    }
  }
  return {};
}

std::optional<violation> history_index::follow_versions(std::span<const access> accesses) {
  for (std::uint32_t i = 0; i < values_.size(); ++i) {
    const value& here = values_[i];
    if (here.version != unknown_version) known_.push_back({here.block, i, here.version});
  }
  std::sort(known_.begin(), known_.end(), [](const known_version& a, const known_version& b) {
    return a.block != b.block ? a.block < b.block : a.version < b.version;
  });
  for (std::size_t i = 1; i < known_.size(); ++i) {
    const known_version& one = known_[i - 1];
    const known_version& next = known_[i];
    if (one.block != next.block) continue;
    if (one.version == next.version) {
      return violation{"two writes made one version: " + name(accesses, one.value) + " and " +
                       name(accesses, next.value)};
    }
    if (one.version + 1 == next.version) {
      if (auto bad = chain_up(accesses, one.value, next.value)) return bad;
    } else {
      chain_orders_.push_back({one.value, next.value});  // of values as yet: chains are formed later
    }
  }
  return {};
}

std::optional<violation> history_index::follow_updates(std::span<const access> accesses) {
  for (std::uint32_t i = 0; i < accesses.size(); ++i) {
    const access& one = accesses[i];
    if (!one.write || !one.updates) continue;
    const std::uint32_t read = of_access_[i].earlier;
    if (read == none || accesses[read].write || accesses[read].block != one.block) {
      throw std::invalid_argument("history: an update without the read that belongs to it: " + describe(one));
    }
    if (auto bad = chain_up(accesses, of_access_[read].seen, of_access_[i].seen)) return bad;
  }
  return {};
}

std::optional<violation> history_index::chain_up(std::span<const access> accesses, std::uint32_t before,
                                                 std::uint32_t after) {
  std::uint32_t& successor = values_[before].after;
  std::uint32_t& predecessor = values_[after].before;
  if (successor != none && successor != after) {
    return violation{"an update was lost, two replaced the same (" + name(accesses, before) +
                     "): " + name(accesses, successor) + " and " + name(accesses, after)};
  }
  if (predecessor != none && predecessor != before) {
    return violation{"an update was not atomic: " + name(accesses, after) + ", which replaced both " +
                     name(accesses, predecessor) + " and " + name(accesses, before)};
  }
  successor = after;
  predecessor = before;
  return {};
}

std::optional<violation> history_index::form_chains(std::span<const access> accesses) {
  const std::size_t by_versions = chain_orders_.size();
  for (std::uint32_t first = 0; first < values_.size(); ++first) {
    if (values_[first].before != none) continue;
    std::uint32_t position = 0;
    std::uint32_t last = first;
    for (std::uint32_t i = first; i != none; i = values_[i].after) {
      values_[i].chain = first;
      values_[i].position = position++;
      last = i;
    }
    values_[first].last = last;
    if (first >= blocks_) chain_orders_.push_back({values_[first].block, first});
  }
  for (const value& here : values_) {
    if (here.chain == none) {
      return violation{"updates that replaced each other in a cycle, among them: " + describe(accesses[here.writer])};
    }
  }
  for (std::size_t i = 0; i < by_versions; ++i) {
    ordered_chains& order = chain_orders_[i];
    const value earlier = values_[order.earlier];
    const value later = values_[order.later];
    if (earlier.chain == later.chain && earlier.position > later.position) {
      return violation{"the updates contradict the versions: " + name(accesses, order.earlier) + " and " +
                       name(accesses, order.later)};
    }
    order = {earlier.chain, later.chain};
  }
  std::erase_if(chain_orders_, [](const ordered_chains& order) { return order.earlier == order.later; });
  return {};
}

std::string history_index::name(std::span<const access> accesses, std::uint32_t number) const {
  const std::uint32_t writer = values_[number].writer;
  return writer == none ? "the initial value of block " + std::to_string(values_[number].block)
                        : describe(accesses[writer]);
}

}  // namespace liana_tests
