#include "runtime/job/segments.hpp"

#include <unistd.h>

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include <liana/error.hpp>

#include "runtime/group/agreement.hpp"
#include "runtime/group/process_group.hpp"
#include "runtime/job/sizes.hpp"
#include "runtime/objects/pool_memory.hpp"
#include "runtime/report/describe.hpp"
#include "runtime/report/log.hpp"

namespace liana::detail {
namespace {

/// What the names of all segments of this user start with.
std::string user_prefix() { return fmt::format("/liana-{}-", ::geteuid()); }

std::string segment_name(const std::string& job_name, rank_t rank) { return fmt::format("{}-{}", job_name, rank); }

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

/// Throws resource_error when the ranks of one real host need more memory than there is, by their limits too.
void check_host(const runtime_state& state, int host, const std::vector<memory_room>& room_of) {
  const auto ranks = group_of(state).ranks_on(host);
  const memory_room& room = room_of[static_cast<std::size_t>(ranks.front())];
  std::uint64_t needed = 0;
  std::uint64_t largest = 0;
  for (const rank_t each : ranks) {
    const std::uint64_t bytes = state.layout_of(each).bytes;
    needed += bytes;
    largest = std::max(largest, bytes);
    if (const std::uint64_t limit = room_of[static_cast<std::size_t>(each)].file_size; bytes > limit) {
      throw resource_error(
          fmt::format("shared memory: the segment of rank {} takes {} bytes, but its process may write no file of more "
                      "than {} (RLIMIT_FSIZE), which counts for shared memory too; raise the limit (ulimit -f "
                      "unlimited, in the job's script), or lower LIANA_SEGMENT_BYTES (options::segment_bytes)",
                      each, bytes, limit));
    }
  }
  const std::string what = fmt::format(
      "shared memory: {} on one host need {} bytes ({} for one rank: its objects, LIANA_SEGMENT_BYTES, its replicas, "
      "LIANA_CACHE_BYTES, and what the runtime needs to manage both)",
      describe_ranks(ranks), needed, largest);
  constexpr const char* remedy =
      "lower LIANA_SEGMENT_BYTES (options::segment_bytes) or LIANA_CACHE_BYTES (options::cache_bytes), run fewer ranks "
      "on the host, or ";
  if (needed > room.shared_memory) {
    throw resource_error(
        fmt::format("{}, but {} bytes are free in /dev/shm; {}enlarge /dev/shm: mount -o remount,size={}M /dev/shm",
                    what, room.shared_memory, remedy, needed / mebibyte + 1));
  }
  if (needed > room.control_group) {
    throw resource_error(fmt::format(
        "{}, but the control group of the job leaves {} bytes (memory.max), and the kernel would kill ranks; "
        "{}give the job or the container more memory",
        what, room.control_group, remedy));
  }
}

/// What there is for this rank: on its host, as its first rank has seen it, and by the limits of its own process.
memory_room room_for(const process_group& group, const std::vector<memory_room>& room_of) {
  memory_room room = room_of[static_cast<std::size_t>(group.rank())];
  const memory_room& host = room_of[static_cast<std::size_t>(group.ranks_on(group.my_real_host()).front())];
  room.shared_memory = host.shared_memory;
  room.control_group = host.control_group;
  return room;
}

}  // namespace

void lay_out_segments(runtime_state& state, bool locked) {
  process_group& group = group_of(state);
  configuration& settings = state.settings;
  const auto ranks_here = group.ranks_on(group.my_real_host());
  const bool first_here = ranks_here.front() == group.rank();
  memory_room mine;
  together(group, [&] {
    if (first_here) {
      if (const int removed = transport::remove_leftovers(user_prefix()); removed != 0) {
        log::info("removed {} segments from /dev/shm that a crashed job had left", removed);
      }
    }
    mine = find_room(state.job.machine, locked);
  });
  const std::vector<memory_room> room_of = group.all_gather(mine);
  const segment_sizes sizes = choose_sizes(settings, room_for(group, room_of), static_cast<int>(ranks_here.size()));
  if (first_here && (settings.segment_bytes == 0 || settings.cache_bytes == 0)) {
    log::info(
        "a segment of {} MiB and a cache of {} MiB for each of {} ranks on this host, as LIANA_SEGMENT_BYTES={} "
        "and LIANA_CACHE_BYTES={} let the runtime choose",
        sizes.segment / mebibyte, sizes.cache / mebibyte, ranks_here.size(),
        settings.provenance_of(setting::segment_bytes).text, settings.provenance_of(setting::cache_bytes).text);
  }
  settings.segment_bytes = sizes.segment;
  settings.cache_bytes = sizes.cache;
  const bool has_validity = state.hosts->leader(state.hosts->my_host()) == group.rank();
  state.memory.layouts =
      group.all_gather(segment_layout::make(sizes.segment, sizes.cache, has_validity ? settings.validity_words : 0));
  for (int host = 0; host <= std::ranges::max(group.real_hosts()); ++host) {
    check_host(state, host, room_of);
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
