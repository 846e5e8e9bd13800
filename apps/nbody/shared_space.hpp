// Bodies and tree in global memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <liana/liana.hpp>

#include "gravity.hpp"
#include "simulation.hpp"
#include "tree.hpp"

namespace nbody {

struct shared_family;
using shared_link = liana::global_ptr<shared_family>;

/// The cells in a cell, which point on to their own.
struct shared_family : family<shared_link> {};

/// Cells that nobody writes while they are read, because a walk lies between two meetings of all ranks: near ones where
/// they are, as plain memory, far ones in a replica that is pinned.
class opened_family {
 public:
  explicit opened_family(liana::global_ptr<const shared_family> at) : cells_(at.local()) {
    if (cells_ != nullptr) return;
    replica_ = at.read();
    cells_ = replica_.get();
  }
  [[nodiscard]] const shared_family* operator->() const { return cells_; }

 private:
  const shared_family* cells_;
  liana::read_guard<shared_family> replica_;
};

/// What the ranks have in common, as `simulation` wants it. Every rank writes its bodies into a global array, its part
/// of the tree into objects of its own, and walks the tree by following the pointers, wherever they lead.
class shared_space {
 public:
  /// Collective.
  explicit shared_space(std::size_t bodies);

  [[nodiscard]] static box unite(const box& mine);
  [[nodiscard]] static totals add(const totals& mine);
  [[nodiscard]] std::vector<sample> samples(std::span<const sample> own) const;
  void exchange(std::vector<body>& own, std::span<const std::uint64_t> first);
  [[nodiscard]] cell<shared_link> publish(std::span<const body> own, const subtrees& trees, const geometry& with);

  [[nodiscard]] static opened_family family(shared_link at) { return opened_family(at); }
  void bodies(std::uint64_t first, std::size_t count, sources& found) const {
    const liana::global_ptr<const point> begin = points_.ptr(first);
    const point* const near = begin.local();
    if (near != nullptr && points_.home(first + count - 1) == begin.home()) {
      found.insert(found.end(), near, near + count);
    } else {
      found.resize(found.size() + count);
      points_.get(first, std::span(found).last(count));
    }
  }

  /// On rank 0: all bodies, in the order of the curve, once the ranks have met.
  [[nodiscard]] std::vector<point> all_bodies() const;

  /// Collective. On rank 0: the checked bodies of all ranks, which are those whose numbers are multiples of `distance`.
  [[nodiscard]] static std::vector<checked_body> gather(std::span<const checked_body> own, std::size_t distance,
                                                        std::size_t bodies);

  /// Collective. Frees everything.
  void destroy();

 private:
  /// Where others find a rank's branches.
  struct branch_list {
    liana::global_ptr<branch<shared_link>> first;
    std::uint64_t count = 0;
  };

  /// Families of this rank, in memory that is used again in each step.
  class nursery {
   public:
    shared_link reserve(std::size_t count);
    void destroy();

   private:
    shared_link first_;
    std::size_t capacity_ = 0;
  };

  [[nodiscard]] std::size_t first_body(std::size_t rank) const { return first_bodies_[rank]; }
  void publish_branches(const subtrees& trees, shared_link families, std::uint64_t first);
  [[nodiscard]] cell<shared_link> join_branches(const geometry& with);

  std::size_t rank_;
  std::size_t ranks_;
  std::vector<std::size_t> first_bodies_;  // of each rank, in the order of the curve; and their number

  liana::array<body> moving_;                        // bodies that change ranks
  liana::array<std::uint64_t> moves_;                // a row a rank: where in its bodies those for each rank begin
  liana::array<sample> samples_;                     // of all ranks
  liana::array<point> points_;                       // all bodies, in the order of the curve
  liana::array<branch_list> lists_;                  // of each rank
  liana::global_ptr<branch<shared_link>> branches_;  // of this rank
  nursery families_;
  nursery upper_families_;  // rank 0
};

}  // namespace nbody
