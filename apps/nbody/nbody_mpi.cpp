// The same program in plain MPI, to compare with: each rank builds the same part of the tree, and then all get all of
// it, and all bodies, in one collective call for each. That is less work than to build the whole tree everywhere, and
// to pick out what each other rank will need of it pays only where the whole does not fit.

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "run.hpp"
#include "simulation.hpp"

namespace nbody {

namespace {

/// A type for MPI of as many bytes as a `T`, so that counts are of elements.
template <class T>
class element_type {
 public:
  element_type() {
    MPI_Type_contiguous(sizeof(T), MPI_BYTE, &type_);
    MPI_Type_commit(&type_);
  }
  element_type(const element_type&) = delete;
  element_type& operator=(const element_type&) = delete;
  ~element_type() { MPI_Type_free(&type_); }

  [[nodiscard]] MPI_Datatype get() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

using apps::as_count;

/// How many elements of each rank, and where they begin: what MPI's collective calls want.
struct counts {
  std::vector<int> of;
  std::vector<int> from;

  explicit counts(std::vector<int> of_each) : of(std::move(of_each)), from(of.size()) {
    std::exclusive_scan(of.begin(), of.end(), from.begin(), 0);
  }
  [[nodiscard]] std::size_t first(std::size_t rank) const { return static_cast<std::size_t>(from[rank]); }
  [[nodiscard]] std::size_t sum() const { return first(of.size() - 1) + static_cast<std::size_t>(of.back()); }
};

using global_link = std::uint64_t;  // number of a family

/// What the ranks have in common, as `simulation` wants it.
class message_space {
 public:
  explicit message_space(const apps::place& at)
      : rank_(static_cast<std::size_t>(at.rank)), ranks_(static_cast<std::size_t>(at.ranks)) {}

  [[nodiscard]] static box unite(const box& mine) {
    const vector3 low = -1.0 * mine.low;
    vector3 all[] = {low, mine.high};
    MPI_Allreduce(MPI_IN_PLACE, all, 6, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return {.low = -1.0 * all[0], .high = all[1]};
  }

  [[nodiscard]] static totals add(const totals& mine) {
    totals all;
    MPI_Allreduce(&mine, &all, sizeof all / sizeof(double), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return all;
  }

  [[nodiscard]] std::vector<sample> samples(std::span<const sample> own) const {
    std::vector<sample> all(ranks_ * samples_per_rank);
    MPI_Allgather(own.data(), samples_per_rank, sample_type_.get(), all.data(), samples_per_rank, sample_type_.get(),
                  MPI_COMM_WORLD);
    return all;
  }

  void exchange(std::vector<body>& own, std::span<const std::uint64_t> first) {
    std::vector<int> sent(ranks_);
    std::vector<int> received(ranks_);
    for (std::size_t rank = 0; rank < ranks_; ++rank) sent[rank] = as_count(first[rank + 1] - first[rank]);
    const int stay = sent[rank_];
    sent[rank_] = 0;
    MPI_Alltoall(sent.data(), 1, MPI_INT, received.data(), 1, MPI_INT, MPI_COMM_WORLD);
    const counts in(received);
    std::vector<int> from(ranks_);
    for (std::size_t rank = 0; rank < ranks_; ++rank) from[rank] = as_count(first[rank]);
    const auto kept = static_cast<std::size_t>(stay);
    std::vector<body> next(kept + in.sum());
    std::copy_n(own.begin() + from[rank_], kept, next.begin());
    MPI_Alltoallv(own.data(), sent.data(), from.data(), body_type_.get(), next.data() + kept, in.of.data(),
                  in.from.data(), body_type_.get(), MPI_COMM_WORLD);
    own.swap(next);
  }

  [[nodiscard]] cell<global_link> publish(std::span<const body> own, const subtrees& trees, const geometry& with) {
    const int mine[] = {as_count(own.size()), as_count(trees.families.size()), as_count(trees.branches.size())};
    std::vector<int> all(3 * ranks_);
    MPI_Allgather(mine, 3, MPI_INT, all.data(), 3, MPI_INT, MPI_COMM_WORLD);
    const auto column = [&](std::size_t which) {
      std::vector<int> of(ranks_);
      for (std::size_t rank = 0; rank < ranks_; ++rank) of[rank] = all[3 * rank + which];
      return counts(std::move(of));
    };
    const counts bodies = column(0);
    const counts families = column(1);
    const counts branches = column(2);

    const std::size_t first_body = bodies.first(rank_);
    const std::size_t first_family = families.first(rank_);
    const auto link_to = [&](local_link i) -> global_link { return first_family + i; };
    points_.resize(bodies.sum());
    for (std::size_t i = 0; i < own.size(); ++i) {
      points_[first_body + i] = {.position = own[i].position, .mass = own[i].mass};
    }
    families_.resize(families.sum());
    for (std::size_t i = 0; i < trees.families.size(); ++i) {
      families_[first_family + i] = published(trees.families[i], link_to, first_body);
    }
    std::vector<branch<global_link>> tops(branches.sum());
    for (std::size_t i = 0; i < trees.branches.size(); ++i) {
      const branch<local_link>& each = trees.branches[i];
      tops[branches.first(rank_) + i] = {.top = published(each.top, link_to, first_body), .key = each.key};
    }
    all_gather(points_, bodies, point_type_);
    all_gather(families_, families, family_type_);
    all_gather(tops, branches, branch_type_);
    return join(with, std::span<const branch<global_link>>(tops), families_,
                [](std::size_t i) -> global_link { return i; });
  }

  [[nodiscard]] const nbody::family<global_link>* family(global_link at) const { return &families_[at]; }
  void bodies(std::uint64_t first, std::size_t count, sources& found) const {
    const auto begin = points_.begin() + static_cast<std::ptrdiff_t>(first);
    found.insert(found.end(), begin, begin + static_cast<std::ptrdiff_t>(count));
  }

  [[nodiscard]] const std::vector<point>& all_bodies() const { return points_; }

  /// Collective. On rank 0: those of all ranks.
  [[nodiscard]] std::vector<checked_body> gather(std::span<const checked_body> own, std::size_t /*distance*/,
                                                 std::size_t /*bodies*/) const {
    const int mine = as_count(own.size());
    std::vector<int> of(ranks_);
    MPI_Gather(&mine, 1, MPI_INT, of.data(), 1, MPI_INT, 0, MPI_COMM_WORLD);
    const counts in(std::move(of));
    std::vector<checked_body> all(in.sum());
    const element_type<checked_body> type;
    MPI_Gatherv(own.data(), mine, type.get(), all.data(), in.of.data(), in.from.data(), type.get(), 0, MPI_COMM_WORLD);
    return all;
  }

 private:
  template <class T>
  static void all_gather(std::vector<T>& all, const counts& how, const element_type<T>& type) {
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all.data(), how.of.data(), how.from.data(), type.get(),
                   MPI_COMM_WORLD);
  }

  std::size_t rank_;
  std::size_t ranks_;
  std::vector<point> points_;                         // all, in the order of the curve
  std::vector<nbody::family<global_link>> families_;  // of all ranks; and those above

  element_type<sample> sample_type_;
  element_type<body> body_type_;
  element_type<point> point_type_;
  element_type<nbody::family<global_link>> family_type_;
  element_type<branch<global_link>> branch_type_;
};

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  message_space space(at);
  return run(space, with, at);
}

}  // namespace

}  // namespace nbody

int main(int argc, char** argv) { return apps::run_with_mpi("nbody_mpi", argc, argv, nbody::run_over_mpi); }
