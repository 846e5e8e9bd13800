#include "tests/history/check_blocks.hpp"

#include <algorithm>

namespace liana_tests {

namespace {

constexpr std::uint32_t none = history_index::none;

// Whether what saw `later` came too late for it if what saw `earlier` was over before.
bool goes_back(const history_index::value& earlier, const history_index::value& later, bool later_writes) {
  return earlier.chain == later.chain &&
         (later_writes ? later.position <= earlier.position : later.position < earlier.position);
}

}  // namespace

std::optional<violation> block_checker::check(std::span<const access> accesses) {
  if (auto bad = index_.rebuild(accesses)) return bad;
  if (auto bad = check_processes(accesses)) return bad;
  if (auto bad = check_times(accesses)) return bad;
  return check_zones(accesses);
}

std::optional<violation> block_checker::check_processes(std::span<const access> accesses) const {
  const auto values = index_.values();
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    const std::uint32_t earlier = index_.earlier_on_block(i);
    if (earlier == none) continue;
    if (goes_back(values[index_.seen(earlier)], values[index_.seen(i)], accesses[i].write)) {
      return violation{"a process went back: " + describe(accesses[earlier]) + ", then " + describe(accesses[i])};
    }
  }
  return {};
}

// Goes through all begins and ends by time, and knows of every chain what is over.
std::optional<violation> block_checker::check_times(std::span<const access> accesses) {
  constexpr std::uint64_t ends = std::uint64_t{1} << 32U;
  const auto values = index_.values();
  events_.clear();
  for (std::uint64_t i = 0; i < accesses.size(); ++i) {
    if (!accesses[i].timed()) continue;
    events_.push_back({accesses[i].begin, i});
    events_.push_back({accesses[i].end, i | ends});
  }
  std::sort(events_.begin(), events_.end(),
            [](const event& a, const event& b) { return a.time != b.time ? a.time < b.time : a.which < b.which; });
  newest_.assign(values.size(), none);
  for (const event& now : events_) {
    const auto i = static_cast<std::uint32_t>(now.which);
    const history_index::value& seen = values[index_.seen(i)];
    std::uint32_t& newest = newest_[seen.chain];
    if ((now.which & ends) != 0) {
      if (newest == none || values[index_.seen(newest)].position < seen.position) newest = i;
    } else if (newest != none && goes_back(values[index_.seen(newest)], seen, accesses[i].write)) {
      const bool future = index_.seen(newest) == index_.seen(i);
      return violation{(future ? "a read from the future: " : "stale: ") + describe(accesses[newest]) +
                       ", and after that had ended, " + describe(accesses[i])};
    }
  }
  return {};
}

void block_checker::measure_zones(std::span<const access> accesses) {
  const auto values = index_.values();
  zones_.assign(values.size(), zone{});
  for (std::uint32_t i = 0; i < accesses.size(); ++i) {
    if (!accesses[i].timed()) continue;
    zone& here = zones_[values[index_.seen(i)].chain];
    if (here.first_end == none || accesses[i].end < accesses[here.first_end].end) here.first_end = i;
    if (here.last_begin == none || accesses[i].begin > accesses[here.last_begin].begin) here.last_begin = i;
  }
  placed_.clear();
  for (std::uint32_t chain = 0; chain < values.size(); ++chain) {
    const zone& here = zones_[chain];
    if (here.first_end == none) continue;
    // The initial value was there before anything began.
    const std::uint64_t from = chain < index_.blocks() ? 0 : accesses[here.first_end].end;
    const std::uint64_t to = accesses[here.last_begin].begin;
    placed_.push_back({chain, from < to, from, to});
  }
}

// One chain was left before another if one of its accesses ended before one of the other's began. Both ways round is
// the violation: two forward zones that overlap, or a backward zone inside a forward one; nothing else makes a cycle.
std::optional<violation> block_checker::check_zones(std::span<const access> accesses) {
  if (index_.chain_orders().empty()) return {};  // one chain per block
  measure_zones(accesses);
  const auto values = index_.values();
  std::sort(placed_.begin(), placed_.end(), [&](const placed_zone& a, const placed_zone& b) {
    const std::uint32_t a_block = values[a.chain].block;
    const std::uint32_t b_block = values[b.chain].block;
    return a_block != b_block ? a_block < b_block : a.left() < b.left();
  });
  const placed_zone* latest = nullptr;  // the last forward zone; those before it ended earlier
  for (const placed_zone& here : placed_) {
    if (latest != nullptr && values[latest->chain].block != values[here.chain].block) latest = nullptr;
    if (latest != nullptr && latest->from < here.to && here.from < latest->to) return overlap(accesses, *latest, here);
    if (here.forward) latest = &here;
  }
  return {};
}

violation block_checker::overlap(std::span<const access> accesses, const placed_zone& a, const placed_zone& b) const {
  const auto ended = [&](const placed_zone& at) {
    return at.chain < index_.blocks() ? "the initial value of block " + std::to_string(at.chain)
                                      : describe(accesses[zones_[at.chain].first_end]);
  };
  return {"no order of the writes explains: " + ended(a) + ", then " + describe(accesses[zones_[b.chain].last_begin]) +
          ", but also " + ended(b) + ", then " + describe(accesses[zones_[a.chain].last_begin])};
}

std::optional<violation> check_blocks(std::span<const access> accesses) { return block_checker().check(accesses); }

}  // namespace liana_tests
