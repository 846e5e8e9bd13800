#include "runtime/job/sizes.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/state/segment_layout.hpp"
#include "transport/shared_segment.hpp"

namespace liana::detail {
namespace {

constexpr std::uint64_t largest_segment = std::uint64_t{1} << 30U;
constexpr std::uint64_t segment_per_cache = 4;
constexpr std::uint64_t largest_cache = largest_segment / segment_per_cache;
constexpr std::uint64_t least = std::uint64_t{64} << 10U;

std::uint64_t limit_of(decltype(RLIMIT_FSIZE) resource) {
  rlimit limit = {};
  return ::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ? memory_room::unlimited
                                                                               : limit.rlim_cur;
}

/// Rounded down, but no less than a setting may be.
std::size_t pages_within(std::uint64_t bytes) { return std::max(bytes, least) / page_bytes * page_bytes; }

}  // namespace

memory_room find_room(const topology& machine, bool locks) {
  memory_room found;
  found.shared_memory = transport::shared_memory_free();
  found.control_group = machine.group_memory_left().value_or(memory_room::unlimited);
  found.file_size = limit_of(RLIMIT_FSIZE);
  if (locks && ::geteuid() != 0) {  // the limit does not apply to root
    found.locked = limit_of(RLIMIT_MEMLOCK);
  }
  return found;
}

segment_sizes choose_sizes(const configuration& settings, const memory_room& room, int ranks_here) {
  const bool open_segment = settings.segment_bytes == 0;
  const bool open_cache = settings.cache_bytes == 0;
  const std::uint64_t of_host = std::min(room.shared_memory, room.control_group) / 5 * 4;
  const std::uint64_t whole = std::min({of_host / static_cast<std::uint64_t>(ranks_here), room.file_size, room.locked});
  // What is there in any case comes off first, and a page more, because the directory is whole pages. It has an entry
  // for each page of the segment.
  const std::uint64_t fixed =
      page_bytes + segment_layout::make(0, open_cache ? 0 : settings.cache_bytes, settings.validity_words).bytes;
  const auto left_of = [&](std::uint64_t taken) { return whole > taken ? whole - taken : 0; };
  segment_sizes chosen{.segment = settings.segment_bytes, .cache = settings.cache_bytes};
  if (open_segment) {
    const std::uint64_t of_page = page_bytes + entry_bytes + (open_cache ? page_bytes / segment_per_cache : 0);
    chosen.segment = pages_within(std::min(largest_segment, left_of(fixed) / of_page * page_bytes));
  }
  if (open_cache) {
    const std::uint64_t fits = left_of(segment_layout::make(chosen.segment, 0, settings.validity_words).bytes);
    chosen.cache = pages_within(
        std::min({largest_cache, fits, open_segment ? chosen.segment / segment_per_cache : largest_cache}));
  }
  return chosen;
}

}  // namespace liana::detail
