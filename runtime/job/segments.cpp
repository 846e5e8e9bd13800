#include "runtime/job/segments.hpp"

#include <unistd.h>

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include <liana/error.hpp>

#include "runtime/group/agreement.hpp"
#include "runtime/group/process_group.hpp"
#include "runtime/objects/pool_memory.hpp"
#include "runtime/report/describe.hpp"
#include "runtime/report/log.hpp"

namespace liana::detail {
namespace {

/// What the names of all segments of this user start with.
std::string user_prefix() { return fmt::format("/liana-{}-", ::geteuid()); }

std::string segment_name(const std::string& job_name, rank_t rank) { return fmt::format("{}-{}", job_name, rank); }

/// Throws resource_error when the ranks of one real host need more shared memory than is free there.
void check_host(const runtime_state& state, int host, const std::vector<std::uint64_t>& free_by_rank) {
  const auto ranks = group_of(state).ranks_on(host);
  const std::uint64_t free = free_by_rank[static_cast<std::size_t>(ranks.front())];
  std::uint64_t needed = 0;
  std::uint64_t largest = 0;
  for (const rank_t each : ranks) {
    needed += state.layout_of(each).bytes;
    largest = std::max(largest, state.layout_of(each).bytes);
  }
  if (needed <= free) {
    return;
  }
  constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
  throw resource_error(
      fmt::format("shared memory: {} on one host need {} bytes ({} for one rank: its objects, LIANA_SEGMENT_BYTES, its "
                  "replicas, LIANA_CACHE_BYTES, and what the "
                  "runtime needs to manage both), but {} bytes are free in /dev/shm; lower LIANA_SEGMENT_BYTES "
                  "(options::segment_bytes) or LIANA_CACHE_BYTES "
                  "(options::cache_bytes), run fewer ranks on the host, or enlarge /dev/shm: "
                  "mount -o remount,size={}M /dev/shm",
                  describe_ranks(ranks), needed, largest, free, needed / mebibyte + 1));
}

}  // namespace

void lay_out_segments(runtime_state& state) {
  process_group& group = group_of(state);
  const configuration& settings = state.settings;
  const bool has_validity = state.hosts->leader(state.hosts->my_host()) == group.rank();
  state.memory.layouts = group.all_gather(
      segment_layout::make(settings.segment_bytes, settings.cache_bytes, has_validity ? settings.validity_words : 0));
  std::uint64_t free = 0;
  together(group, [&] {
    if (group.ranks_on(group.my_real_host()).front() == group.rank()) {
      if (const int removed = transport::remove_leftovers(user_prefix()); removed != 0) {
        log::info("removed {} segments from /dev/shm that a crashed job had left", removed);
      }
      free = transport::shared_memory_free();
    }
  });
  const std::vector<std::uint64_t> free_by_rank = group.all_gather(free);
  for (int host = 0; host <= std::ranges::max(group.real_hosts()); ++host) {
    check_host(state, host, free_by_rank);
  }
}

std::string name_job(runtime_state& state) {
  std::uint64_t number = 0;
  if (group_of(state).rank() == 0) {
    std::random_device random;
    number = (std::uint64_t{random()} << 32U) | random();
  }
  group_of(state).broadcast(&number, sizeof number, 0);
  return fmt::format("{}{:016x}", user_prefix(), number);
}

void create_segment(runtime_state& state, const std::string& job_name, bool whole) {
  const segment_layout& layout = state.layout_of(state.rank());
  state.memory.segment = transport::shared_segment::create(segment_name(job_name, state.rank()), layout.bytes);
  state.job.machine.bind_memory_near(state.memory.segment.data(), layout.bytes);
  if (whole) {
    commit_whole(state.memory.segment);
  } else {
    commit_memory(state.memory.segment, 0, layout.cache, "the control structures of a segment");
  }
}

void attach_segments(runtime_state& state, const std::string& job_name, bool far_too) {
  const auto ranks = static_cast<std::size_t>(state.size());
  state.memory.attached.resize(ranks);
  state.memory.homes.resize(ranks);
  for (rank_t rank = 0; rank < state.size(); ++rank) {
    const segment_layout& layout = state.layout_of(rank);
    auto& mapped = state.memory.attached[static_cast<std::size_t>(rank)];
    const bool near = state.hosts->near(rank);
    if (rank != state.rank() && (near || far_too)) {
      mapped = transport::shared_segment::attach(segment_name(job_name, rank), layout.bytes, rank);
    }
    std::byte* const data = rank == state.rank() ? state.memory.segment.data() : mapped.data();
    state.memory.homes[static_cast<std::size_t>(rank)] = {.origin = near ? data + layout.pool : nullptr,
                                                          .bytes = layout.pool_bytes};
  }
}

}  // namespace liana::detail
