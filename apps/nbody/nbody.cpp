// A star cluster in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <vector>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "gravity.hpp"
#include "run.hpp"
#include "simulation.hpp"
#include "tree.hpp"

namespace nbody {

namespace {

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

constexpr std::size_t page = 4096;

/// Room for a row of numbers for each rank, in blocks of its own.
std::size_t row_bytes(std::size_t numbers) { return std::bit_ceil(numbers * sizeof(std::uint64_t)); }

shared_space::shared_space(std::size_t bodies)
    : rank_(static_cast<std::size_t>(liana::rank())),
      ranks_(static_cast<std::size_t>(liana::size())),
      moving_(liana::make_array<body>(bodies, {.block_bytes = page})),
      moves_(liana::make_array<std::uint64_t>(ranks_ * row_bytes(ranks_ + 1) / sizeof(std::uint64_t),
                                              {.block_bytes = row_bytes(ranks_ + 1)})),
      samples_(
          liana::make_array<sample>(ranks_ * samples_per_rank, {.block_bytes = samples_per_rank * sizeof(sample)})),
      points_(liana::make_array<point>(bodies, {.block_bytes = page})),
      lists_(liana::make_array<branch_list>(ranks_, {.block_bytes = sizeof(branch_list)})),
      branches_(liana::make_global_array<branch<shared_link>>(most_branches)) {
  for (std::size_t rank = 0; rank <= ranks_; ++rank) first_bodies_.push_back(bodies * rank / ranks_);
}

box shared_space::unite(const box& mine) { return liana::all_reduce(mine, united); }

totals shared_space::add(const totals& mine) {
  return liana::all_reduce(mine, [](const totals& a, const totals& b) { return a + b; });
}

std::vector<sample> shared_space::samples(std::span<const sample> own) const {
  samples_.put(rank_ * samples_per_rank, own);
  liana::barrier();
  std::vector<sample> all(samples_.size());
  samples_.get(0, all);
  return all;
}

/// Bodies that stay are not shared. Each rank gets those that come to it from where the others have put them.
void shared_space::exchange(std::vector<body>& own, std::span<const std::uint64_t> first) {
  const std::size_t row = moves_.block_elements();
  const std::size_t here = first_body(rank_);
  moves_.put(rank_ * row, first);
  moving_.put(here, std::span(own).first(first[rank_]));
  moving_.put(here + first[rank_ + 1], std::span(own).subspan(first[rank_ + 1]));
  liana::barrier();

  std::vector<std::uint64_t> moves(moves_.size());
  moves_.get(0, moves);
  own.erase(own.begin() + static_cast<std::ptrdiff_t>(first[rank_ + 1]), own.end());
  own.erase(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(first[rank_]));
  for (std::size_t from = 0; from < ranks_; ++from) {
    if (from == rank_) continue;
    const std::uint64_t begin = moves[from * row + rank_];
    const std::size_t before = own.size();
    own.resize(before + moves[from * row + rank_ + 1] - begin);
    moving_.get(first_body(from) + begin, std::span(own).subspan(before));
  }

  for (std::size_t rank = 0; rank <= ranks_; ++rank) {
    first_bodies_[rank] = 0;
    for (std::size_t from = 0; from < ranks_; ++from) first_bodies_[rank] += moves[from * row + rank];
  }
}

shared_link shared_space::nursery::reserve(std::size_t count) {
  if (count > capacity_) {
    destroy();
    capacity_ = count + count / 4;
    first_ = liana::make_global_array<shared_family>(capacity_);
  }
  return first_;
}

void shared_space::nursery::destroy() {
  liana::destroy(first_);
  first_ = nullptr;
  capacity_ = 0;
}

cell<shared_link> shared_space::publish(std::span<const body> own, const subtrees& trees, const geometry& with) {
  // Nobody walks through the last step's tree any more: all ranks have met since.
  const std::uint64_t first = first_body(rank_);
  std::vector<point> points;
  points.reserve(own.size());
  for (const body& each : own) points.push_back({.position = each.position, .mass = each.mass});
  points_.put(first, points);

  const shared_link families = families_.reserve(trees.families.size());
  const auto link_to = [&](local_link i) { return families + static_cast<std::ptrdiff_t>(i); };
  for (std::size_t i = 0; i < trees.families.size(); ++i) {
    link_to(i).put({published(trees.families[i], link_to, first)});
  }
  publish_branches(trees, families, first);
  liana::barrier();
  return liana::broadcast(rank_ == 0 ? join_branches(with) : cell<shared_link>{}, 0);
}

void shared_space::publish_branches(const subtrees& trees, shared_link families, std::uint64_t first) {
  const auto link_to = [&](local_link i) { return families + static_cast<std::ptrdiff_t>(i); };
  auto to = branches_;
  for (const branch<local_link>& each : trees.branches) {
    *to++ = {.top = published(each.top, link_to, first), .key = each.key};
  }
  lists_[rank_] = {.first = branches_, .count = trees.branches.size()};
}

/// On rank 0: makes the upper levels of the tree.
cell<shared_link> shared_space::join_branches(const geometry& with) {
  std::vector<branch<shared_link>> branches;
  for (std::size_t rank = 0; rank < ranks_; ++rank) {
    const branch_list list = lists_[rank];
    for (std::uint64_t i = 0; i < list.count; ++i) {
      branches.push_back((list.first + static_cast<std::ptrdiff_t>(i)).get());
    }
  }
  const shared_link upper = upper_families_.reserve(branches.size());
  const auto link_to = [&](std::size_t i) { return upper + static_cast<std::ptrdiff_t>(i); };
  std::vector<nbody::family<shared_link>> families;
  const auto root = join(with, std::span<const branch<shared_link>>(branches), families, link_to);
  for (std::size_t i = 0; i < families.size(); ++i) link_to(i).put({families[i]});
  return root;
}

std::vector<point> shared_space::all_bodies() const {
  std::vector<point> all;
  if (rank_ == 0) {
    all.resize(points_.size());
    points_.get(0, all);
  }
  return all;
}

std::vector<checked_body> shared_space::gather(std::span<const checked_body> own, std::size_t distance,
                                               std::size_t bodies) {
  auto shared = liana::make_array<checked_body>((bodies + distance - 1) / distance);
  for (const checked_body& each : own) shared[each.id / distance] = each;
  liana::barrier();
  std::vector<checked_body> all;
  if (liana::rank() == 0) {
    all.resize(shared.size());
    shared.get(0, all);
  }
  liana::destroy(shared);
  return all;
}

void shared_space::destroy() {
  liana::barrier();  // nobody reads any of it any more
  families_.destroy();
  upper_families_.destroy();
  liana::destroy(branches_);
  liana::destroy(moving_);
  liana::destroy(moves_);
  liana::destroy(samples_);
  liana::destroy(points_);
  liana::destroy(lists_);
}

}  // namespace

}  // namespace nbody

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = nbody::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    nbody::shared_space space(with.what.bodies);
    const int status = nbody::run(space, with, {.rank = liana::rank(), .ranks = liana::size()});
    space.destroy();
    return liana::broadcast(status, 0);
  } catch (const std::exception& error) {
    fmt::print(stderr, "nbody: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
