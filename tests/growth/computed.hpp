// What a rank needs that depends on the job, computed from the runtime's own structures: their sizes, and the functions
// that lay memory out. tests/growth/computed_test.cpp and tests/sim hold it against what really started ranks take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <liana/detail/rank.hpp>

namespace liana_tests::growth {

/// A job whose ranks are dealt to hosts in blocks.
struct job_shape {
  liana::rank_t ranks = 1;
  liana::rank_t ranks_per_host = 1;
  std::size_t segment_bytes = std::size_t{1} << 30U;  ///< these three: the defaults of the settings
  std::size_t cache_bytes = std::size_t{256} << 20U;
  std::size_t validity_words = 262144;

  [[nodiscard]] liana::rank_t hosts() const { return (ranks + ranks_per_host - 1) / ranks_per_host; }
  /// On the first host, which is full if any is.
  [[nodiscard]] liana::rank_t near_ranks() const { return ranks < ranks_per_host ? ranks : ranks_per_host; }
  [[nodiscard]] std::vector<int> host_of_rank() const;
};

/// Where something lies.
enum class place : std::uint8_t {
  heap,           ///< private memory
  address_space,  ///< reserved; costs memory where it is used
  kernel,         ///< memory of the kernel's
  shared,         ///< of the segment, taken at the start
};

/// One structure of one rank.
struct part {
  std::string what;
  std::string grows_with;
  place where = place::heap;
  std::uint64_t bytes = 0;
};

/// What the runtime itself keeps, without the transport's connections, for the first rank of a host.
std::vector<part> runtime_parts(const job_shape& of);

/// What of it is private memory that grows with the number of ranks or hosts.
std::uint64_t heap_bytes_by_ranks(const job_shape& of);

/// What the transport `verbs` keeps on top, on a device with these limits. The device's queues are counted, not
/// measured: each entry takes 64 bytes at least, on the devices there are.
struct verbs_limits {
  int queue_pairs = 0;         ///< max_qp
  int completion_entries = 0;  ///< max_cqe
  int requests = 0;            ///< max_qp_wr
  std::uint32_t inline_bytes = 0;
};
struct verbs_growth {
  std::string refused;  ///< why the device cannot serve the job; empty: it can
  std::uint64_t queue_pairs = 0;
  std::uint64_t send_depth = 0;
  std::uint64_t completion_entries = 0;
  std::uint64_t heap_bytes = 0;    ///< Liana's connections and what they keep of each request
  std::uint64_t bounce_bytes = 0;  ///< registered, where the device takes less inline than is wanted
  std::uint64_t device_bytes = 0;  ///< queues, as above
};
verbs_growth verbs_parts(const job_shape& of, const verbs_limits& device);

/// Rounds of a barrier, messages of each rank in it.
unsigned barrier_rounds(liana::rank_t ranks);

/// How many hosts are told of a write to a block that `sharing` hosts share, in the worst case: those of whole groups
/// where there are more hosts than marks.
liana::rank_t most_invalidated(const job_shape& of, liana::rank_t sharing);

}  // namespace liana_tests::growth
