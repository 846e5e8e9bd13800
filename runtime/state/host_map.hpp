#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <liana/detail/directory_entry.hpp>
#include <liana/detail/rank.hpp>

namespace liana::detail {

/// Which ranks are near each other, and how the 40 sharer bytes of a directory entry are dealt out among the hosts.
///
/// Exact marks: one byte per host, the number from 1 of a rank within its host. Where a host has more than 255 ranks or
/// there are more than 40 hosts, 20 marks of two bytes, each for a group of ceil(H / 20) consecutive hosts, numbering
/// the ranks of the group.
class host_map {
 public:
  /// `host_of_rank[r]` is the host of rank r, hosts numbered from 0 without gaps. `forced_groups` (tests) asks for
  /// group marks with that many groups, 1 to 20. Throws std::invalid_argument for anything else, and where a group has
  /// more ranks than two bytes number.
  host_map(std::span<const int> host_of_rank, rank_t rank, std::optional<int> forced_groups);

  [[nodiscard]] int hosts() const { return static_cast<int>(leaders_.size()); }
  [[nodiscard]] int host_of(rank_t rank) const { return host_of_rank_[static_cast<std::size_t>(rank)]; }
  [[nodiscard]] int my_host() const { return host_of(rank_); }
  [[nodiscard]] bool near(rank_t rank) const { return host_of(rank) == my_host(); }
  /// The first rank of a host, which holds the host's validity words.
  [[nodiscard]] rank_t leader(int host) const { return leaders_[static_cast<std::size_t>(host)]; }

  // ---- marks ----

  [[nodiscard]] std::size_t mark_bytes() const { return mark_bytes_; }
  /// Where this rank's mark lies in `directory_entry::sharers`, in bytes; the same for all ranks of a host (group).
  [[nodiscard]] std::size_t mark_offset() const { return mark_offset_; }
  /// This rank's own mark, never 0.
  [[nodiscard]] std::uint16_t my_mark() const { return my_mark_; }
  /// The mark of this rank's host (group) in an image of the sharers.
  [[nodiscard]] std::uint16_t mark_in(const std::byte* sharers) const;
  /// The hosts that share according to an image of the sharers: all hosts of every group whose mark is set. Calls
  /// `visit(int host)`.
  template <class F>
  void for_each_sharer(const std::byte* sharers, F visit) const;
  /// Sharers with only this rank's mark set.
  void only_me(std::byte* sharers) const;

 private:
  void find_hosts();
  void number_this_rank();

  std::vector<int> host_of_rank_;
  std::vector<rank_t> leaders_;
  std::vector<int> ranks_on_;
  rank_t rank_;
  std::size_t mark_bytes_ = 1;
  int hosts_per_mark_ = 1;
  std::size_t mark_offset_ = 0;
  std::uint16_t my_mark_ = 0;
};

template <class F>
void host_map::for_each_sharer(const std::byte* sharers, F visit) const {
  for (std::size_t i = 0; i * mark_bytes_ < directory_entry::sharer_bytes; ++i) {
    const bool marked =
        sharers[i * mark_bytes_] != std::byte{0} || (mark_bytes_ == 2 && sharers[i * 2 + 1] != std::byte{0});
    if (!marked) {
      continue;
    }
    const int first = static_cast<int>(i) * hosts_per_mark_;
    for (int host = first; host < first + hosts_per_mark_ && host < hosts(); ++host) {
      visit(host);
    }
  }
}

}  // namespace liana::detail
