#include "tests/growth/computed.hpp"

#include <array>
#include <bit>
#include <numeric>
#include <optional>
#include <set>
#include <span>

#include <liana/detail/context.hpp>
#include <liana/detail/replica.hpp>

#include "runtime/state/host_map.hpp"
#include "runtime/state/operation_buffers.hpp"
#include "runtime/state/segment_layout.hpp"
#include "transport/job_view.hpp"
#include "transport/shared_segment.hpp"

namespace liana_tests::growth {
namespace {

using liana::rank_t;
using liana::detail::segment_layout;

segment_layout layout_of(const job_shape& of, bool leader) {
  return segment_layout::make(of.segment_bytes, of.cache_bytes, leader ? of.validity_words : 0);
}

/// The address space of all segments of a host, which each of its ranks maps.
std::uint64_t mapped_bytes(const job_shape& of) {
  return layout_of(of, true).bytes + static_cast<std::uint64_t>(of.near_ranks() - 1) * layout_of(of, false).bytes;
}

/// An eighth of the cache, in whole pages: runtime/cache/cache.cpp.
std::uint64_t headers_bytes(const job_shape& of) {
  return of.cache_bytes / 8 / liana::detail::page_bytes * liana::detail::page_bytes;
}

/// At least two references for each header, a power of two in all: runtime/cache/replica_table.cpp.
std::uint64_t table_bytes(const job_shape& of) {
  return std::bit_ceil(headers_bytes(of) / sizeof(liana::detail::replica) * 2) * sizeof(std::uint64_t);
}

}  // namespace

std::vector<int> job_shape::host_of_rank() const {
  std::vector<int> hosts(static_cast<std::size_t>(ranks));
  for (rank_t rank = 0; rank < ranks; ++rank) {
    hosts[static_cast<std::size_t>(rank)] = rank / ranks_per_host;
  }
  return hosts;
}

std::vector<part> runtime_parts(const job_shape& of) {
  const auto ranks = static_cast<std::uint64_t>(of.ranks);
  const auto hosts = static_cast<std::uint64_t>(of.hosts());
  const segment_layout own = layout_of(of, true);
  constexpr std::uint64_t buffers = segment_layout::operation_buffers_bytes / sizeof(liana::detail::operation_buffer);
  const std::uint64_t cache_pages = (of.cache_bytes - headers_bytes(of)) / liana::detail::page_bytes;
  return {
      {"layouts of the segments", "ranks", place::heap, ranks * sizeof(segment_layout)},
      {"segments, mapped or not", "ranks", place::heap, ranks * sizeof(liana::transport::shared_segment)},
      {"pools as the accesses see them", "ranks", place::heap, ranks * sizeof(liana::detail::home_view)},
      {"names of the hosts, 15 bytes at most", "ranks", place::heap, ranks * sizeof(std::string)},
      {"segments as the transport sees them", "ranks", place::heap,
       ranks * sizeof(liana::transport::job_view::segment)},
      {"real host of each rank", "ranks", place::heap, ranks * sizeof(int)},
      {"host of each rank", "ranks", place::heap, ranks * sizeof(int)},
      {"first rank of each host, ranks on it", "hosts", place::heap, hosts * (sizeof(rank_t) + sizeof(int))},
      {"list of free operation buffers", "nothing", place::heap, buffers * sizeof(void*)},
      {"free pages of the cache", "cache", place::heap, (cache_pages + 63) / 64 * sizeof(std::uint64_t)},
      {"table of replicas", "cache", place::address_space, table_bytes(of)},
      {"segments of the host", "ranks of the host * segment", place::address_space, mapped_bytes(of)},
      {"page tables, when all segments of the host are touched", "ranks of the host * segment", place::kernel,
       mapped_bytes(of) / liana::detail::page_bytes * sizeof(std::uint64_t)},
      {"control page and operation buffers", "nothing", place::shared,
       own.validity + own.cache - own.operation_buffers},
      {"validity words, first rank of a host", "validity words", place::shared, own.operation_buffers - own.validity},
  };
}

std::uint64_t heap_bytes_by_ranks(const job_shape& of) {
  const auto parts = runtime_parts(of);
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0}, [](std::uint64_t sum, const part& each) {
    const bool counts = each.where == place::heap && (each.grows_with == "ranks" || each.grows_with == "hosts");
    return sum + (counts ? each.bytes : 0);
  });
}

unsigned barrier_rounds(rank_t ranks) {
  return static_cast<unsigned>(std::bit_width(static_cast<std::uint32_t>(ranks - 1)));
}

rank_t most_invalidated(const job_shape& of, rank_t sharing) {
  const std::vector<int> hosts = of.host_of_rank();
  // Marks are laid as far apart as they can be: into as many groups as there are sharing hosts.
  std::array<std::byte, liana::detail::directory_entry::sharer_bytes> sharers{};
  std::set<std::size_t> marked;
  for (rank_t first = 0; first < of.ranks && static_cast<rank_t>(marked.size()) < sharing; first += of.ranks_per_host) {
    const liana::detail::host_map map(hosts, first, std::nullopt);
    if (marked.insert(map.mark_offset()).second) {
      sharers[map.mark_offset()] = std::byte{1};
    }
  }
  rank_t told = 0;
  liana::detail::host_map(hosts, 0, std::nullopt).for_each_sharer(sharers.data(), [&told](int) { ++told; });
  return told;
}

}  // namespace liana_tests::growth
