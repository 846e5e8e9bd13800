#include "allocator/page_runs.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>

namespace liana::allocator {
namespace {

[[noreturn]] void fail(const char* operation, page_run run, const char* cause) {
  throw std::logic_error(std::string("page_runs::") + operation + "(first " + std::to_string(run.first) + ", pages " +
                         std::to_string(run.pages) + "): " + cause);
}

/// Where `request` goes in `free`, as low as it can.
std::optional<page_run> fit(page_run free, const run_request& request) {
  const std::uint64_t start = std::max(free.first, request.lowest);
  const std::uint64_t end = std::min(free.end(), request.end);
  const std::uint64_t mask = request.alignment - 1;
  const std::uint64_t anchor = (start + request.entry_pages + mask) & ~mask;
  if (anchor + request.data_pages > end) {
    return std::nullopt;
  }
  return page_run{anchor - request.entry_pages, request.pages()};
}

}  // namespace

page_runs::page_runs(std::uint64_t pages) : pages_(pages) {
  if (pages == 0) {
    throw std::invalid_argument("page_runs: a pool has one page at least");
  }
  insert_free({0, pages});
  untouched_.emplace(0, pages);
}

std::optional<page_run> page_runs::place(const run_request& request) const {
  std::optional<page_run> best;
  std::uint64_t best_length = 0;
  std::uint64_t best_untouched = 0;
  for (auto candidate = by_length_.lower_bound({request.pages(), 0}); candidate != by_length_.end(); ++candidate) {
    const auto [length, first] = *candidate;
    if (best && (length > best_length || best_untouched == 0)) {
      break;
    }
    const std::optional<page_run> found = fit({first, length}, request);
    if (!found) {
      continue;
    }
    const std::uint64_t cost = count_untouched(*found);
    if (!best || cost < best_untouched) {
      best = found;
      best_length = length;
      best_untouched = cost;
    }
  }
  return best;
}

void page_runs::take(page_run run) {
  const auto after = free_.upper_bound(run.first);
  if (run.pages == 0 || after == free_.begin()) {
    fail("take", run, "not free");
  }
  const auto holder = std::prev(after);
  const page_run whole{holder->first, holder->second};
  if (run.end() > whole.end()) {
    fail("take", run, "not free");
  }
  erase_free(holder);
  if (run.first > whole.first) {
    insert_free({whole.first, run.first - whole.first});
  }
  if (whole.end() > run.end()) {
    insert_free({run.end(), whole.end() - run.end()});
  }
}

void page_runs::give(page_run run) {
  if (run.pages == 0 || run.end() > pages_) {
    fail("give", run, "not inside the pool");
  }
  const auto above = free_.lower_bound(run.first);
  if (above != free_.end() && above->first < run.end()) {
    fail("give", run, "free already");
  }
  page_run joined = run;
  if (above != free_.begin()) {
    const auto below = std::prev(above);
    const page_run lower{below->first, below->second};
    if (lower.end() > run.first) {
      fail("give", run, "free already");
    }
    if (lower.end() == run.first) {
      joined = {lower.first, lower.pages + joined.pages};
      erase_free(below);
    }
  }
  if (above != free_.end() && above->first == run.end()) {
    joined.pages += above->second;
    erase_free(above);
  }
  insert_free(joined);
}

std::vector<page_run> page_runs::untouched(page_run run) const {
  std::vector<page_run> parts;
  for (auto i = at_or_above(untouched_, run.first); i != untouched_.end() && i->first < run.end(); ++i) {
    const std::uint64_t first = std::max(i->first, run.first);
    const std::uint64_t end = std::min(i->first + i->second, run.end());
    parts.push_back({first, end - first});
  }
  return parts;
}

void page_runs::touch(page_run run) {
  auto i = at_or_above(untouched_, run.first);
  while (i != untouched_.end() && i->first < run.end()) {
    const page_run part{i->first, i->second};
    i = untouched_.erase(i);
    if (part.first < run.first) {
      untouched_.emplace(part.first, run.first - part.first);
    }
    if (part.end() > run.end()) {
      untouched_.emplace(run.end(), part.end() - run.end());
      break;
    }
  }
}

std::uint64_t page_runs::count_untouched(page_run run) const {
  std::uint64_t count = 0;
  for (auto i = at_or_above(untouched_, run.first); i != untouched_.end() && i->first < run.end(); ++i) {
    count += std::min(i->first + i->second, run.end()) - std::max(i->first, run.first);
  }
  return count;
}

page_runs::runs::const_iterator page_runs::at_or_above(const runs& intervals, std::uint64_t page) {
  const auto above = intervals.upper_bound(page);
  if (above != intervals.begin()) {
    const auto below = std::prev(above);
    if (below->first + below->second > page) {
      return below;
    }
  }
  return above;
}

void page_runs::insert_free(page_run run) {
  free_.emplace(run.first, run.pages);
  by_length_.emplace(run.pages, run.first);
  free_pages_ += run.pages;
}

void page_runs::erase_free(runs::const_iterator run) {
  free_pages_ -= run->second;
  by_length_.erase({run->second, run->first});
  free_.erase(run);
}

}  // namespace liana::allocator
