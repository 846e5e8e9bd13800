#include "runtime/objects/pool_memory.hpp"

#include <fmt/format.h>

#include <liana/detail/directory_entry.hpp>
#include <liana/error.hpp>

#include "transport/transport.hpp"

namespace liana::detail {
namespace {

[[noreturn]] void refuse_memory(const char* what, const transport::unavailable& problem) {
  throw resource_error(
      fmt::format("memory for {}: {}; lower LIANA_SEGMENT_BYTES (options::segment_bytes) and LIANA_CACHE_BYTES "
                  "(options::cache_bytes), end other programs that use shared memory, or enlarge it: mount -o "
                  "remount,size=SIZE /dev/shm",
                  what, problem.what()));
}

}  // namespace

void pool_memory::commit(std::uint64_t offset, std::size_t bytes) {
  commit_memory(segment_, layout_.pool + offset, bytes, "shared objects");
  // Entry i lies 64 * (i + 1) bytes below the origin. A page of entries is committed with each of the 64 pages that it
  // serves: it keeps its content.
  const std::uint64_t first = offset / page_bytes;
  const std::uint64_t end = (offset + bytes + page_bytes - 1) / page_bytes;
  commit_memory(segment_, layout_.pool - end * entry_bytes, (end - first) * entry_bytes, "directory entries");
}

void pool_memory::prepare_entries(std::int64_t first, std::size_t count) {
  std::byte* const place = segment_.data() + static_cast<std::int64_t>(layout_.pool) + first;
  const std::uint64_t version = version_floor_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < count; ++i) {
    auto& entry = *reinterpret_cast<directory_entry*>(place + i * entry_bytes);
    entry.lock.store(0, std::memory_order_relaxed);
    entry.near.store(0, std::memory_order_relaxed);
    entry.version.store(version, std::memory_order_relaxed);
    for (auto& marks : entry.sharers) {
      marks.store(0, std::memory_order_relaxed);
    }
  }
}

void pool_memory::raise_version_floor(std::uint64_t version) {
  std::uint64_t floor = version_floor_.load(std::memory_order_relaxed);
  while (floor < version && !version_floor_.compare_exchange_weak(floor, version, std::memory_order_relaxed)) {
  }
}

void commit_memory(const transport::shared_segment& segment, std::size_t offset, std::size_t bytes, const char* what) {
  try {
    segment.commit(offset, bytes);
  } catch (const transport::unavailable& problem) {
    refuse_memory(what, problem);
  }
}

void commit_whole(transport::shared_segment& segment) {
  try {
    segment.commit_whole();
  } catch (const transport::unavailable& problem) {
    refuse_memory("a whole segment, as RDMA devices need it", problem);
  }
}

}  // namespace liana::detail
