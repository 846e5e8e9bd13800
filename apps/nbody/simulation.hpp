// The steps in time that all ranks make together, whatever they share the bodies and the tree by.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "../common/ranks.hpp"
#include "bodies.hpp"
#include "curve.hpp"
#include "gravity.hpp"
#include "tree.hpp"

namespace nbody {

struct problem {
  std::size_t bodies = 16384;
  double theta = 0.6;
  double softening = 0.02;
  double time_step = 0.005;
};

/// What is conserved, and the size of what momentum is made of.
struct totals {
  double kinetic = 0;
  double potential = 0;
  vector3 momentum;
  double momenta = 0;  // sum of their absolute values
  double mass = 0;

  [[nodiscard]] double energy() const { return kinetic + potential; }

  friend totals operator+(const totals& a, const totals& b) {
    return {.kinetic = a.kinetic + b.kinetic,
            .potential = a.potential + b.potential,
            .momentum = a.momentum + b.momentum,
            .momenta = a.momenta + b.momenta,
            .mass = a.mass + b.mass};
  }
};

/// A body whose field is to be compared.
struct checked_body {
  point at;
  field computed;
  std::uint32_t id = 0;
};

/// The bodies of this rank: those in its part of the Morton curve, in that order, which is another one after each step.
///
/// What the ranks have in common is in a `Space`, whose members are all collective but the last two:
///   `unite(box)`            the box around the boxes of all ranks
///   `samples(own)`          the samples of all ranks
///   `exchange(own, first)`  gives bodies own[first[r]] to before own[first[r + 1]] to rank r, and makes `own` those
///                           that it gets
///   `publish(own, trees, with)`  the root of the tree over everybody's subtrees and bodies
///   `add(totals)`           the sum of all ranks
///   `family(link)`, `bodies(first, count, found)`  what `walk` wants
template <class Space>
class simulation {
 public:
  /// Collective. The bodies are at their start.
  simulation(Space& space, const problem& of, const apps::place& at) : space_(space), of_(of), at_(at) {
    const auto ranks = static_cast<std::size_t>(at.ranks);
    const auto first_of = [&](int rank) { return of.bodies * static_cast<std::size_t>(rank) / ranks; };
    own_ = plummer_sphere(of.bodies, first_of(at.rank), first_of(at.rank + 1));
    compute_fields();
    compute_fields();  // again, with bodies dealt out by what their forces cost
  }

  /// Collective. One step in time: kick, drift, kick.
  void step() {
    kick();
    for (body& each : own_) each.position = each.position + of_.time_step * each.velocity;
    compute_fields();
    kick();
  }

  /// Collective. Of all bodies, the same on all ranks.
  [[nodiscard]] totals sum() const {
    totals mine;
    for (std::size_t i = 0; i < own_.size(); ++i) {
      const body& each = own_[i];
      mine.kinetic += each.mass * dot(each.velocity, each.velocity) / 2;
      mine.potential += each.mass * fields_[i].potential / 2;
      mine.momentum = mine.momentum + each.mass * each.velocity;
      mine.momenta += each.mass * norm(each.velocity);
      mine.mass += each.mass;
    }
    return space_.add(mine);
  }

  /// Own bodies whose numbers are multiples of `distance`.
  [[nodiscard]] std::vector<checked_body> checked(std::size_t distance) const {
    std::vector<checked_body> result;
    for (std::size_t i = 0; i < own_.size(); ++i) {
      const body& each = own_[i];
      if (each.id % distance != 0) continue;
      result.push_back({.at = {.position = each.position, .mass = each.mass}, .computed = fields_[i], .id = each.id});
    }
    return result;
  }

 private:
  void kick() {
    for (std::size_t i = 0; i < own_.size(); ++i) {
      own_[i].velocity = own_[i].velocity + of_.time_step / 2 * fields_[i].acceleration;
    }
  }

  void compute_fields() {
    box mine;
    for (const body& each : own_) mine.add(each.position);
    const geometry with{.space = cube(space_.unite(mine)), .theta = of_.theta};
    const std::vector<morton_key> first = deal_out(with.space);
    const auto rank = static_cast<std::size_t>(at_.rank);
    const subtrees trees = build(with, keys_, own_, first[rank], first[rank + 1]);
    const auto root = space_.publish(own_, trees, with);
    fields_.resize(own_.size());
    walk<Space, decltype(root.family)> through(space_);
    for (const group& each : trees.groups) compute_fields(each, root, through);
  }

  template <class Cell, class Walk>
  void compute_fields(const group& of, const Cell& root, Walk& through) {
    const auto bodies = std::span(own_).subspan(of.first, of.end - of.first);
    sources_.clear();
    through.collect(root, box_around(bodies), sources_);
    attract(bodies, sources_, of_.softening, std::span(fields_).subspan(of.first, bodies.size()));
    for (body& each : bodies) each.cost = static_cast<float>(sources_.size());
  }

  /// Every rank gets the bodies of its part of the curve; returns where the parts begin.
  std::vector<morton_key> deal_out(const cube& in) {
    sort(in);
    const auto ranks = static_cast<std::size_t>(at_.ranks);
    std::vector<morton_key> first = divide_by_cost(space_.samples(sample_costs(keys_, own_)), ranks);
    std::vector<std::uint64_t> first_body;
    first_body.reserve(first.size());
    for (const morton_key each : first) {
      first_body.push_back(
          static_cast<std::uint64_t>(std::lower_bound(keys_.begin(), keys_.end(), each) - keys_.begin()));
    }
    space_.exchange(own_, first_body);
    sort(in);
    return first;
  }

  void sort(const cube& in) {
    order_.clear();
    for (const body& each : own_) order_.emplace_back(in.key(each.position), order_.size());
    if (!std::is_sorted(order_.begin(), order_.end())) {
      std::sort(order_.begin(), order_.end());
      sorted_.clear();
      for (const auto& [key, index] : order_) sorted_.push_back(own_[index]);
      own_.swap(sorted_);
    }
    keys_.clear();
    for (const auto& [key, index] : order_) keys_.push_back(key);
  }

  Space& space_;
  problem of_;
  apps::place at_;

  std::vector<body> own_;
  std::vector<morton_key> keys_;  // of own_
  std::vector<field> fields_;     // of own_

  // Kept for their memory.
  sources sources_;
  std::vector<std::pair<morton_key, std::size_t>> order_;
  std::vector<body> sorted_;
};

}  // namespace nbody
