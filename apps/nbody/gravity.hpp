// The forces of gravity on a group of bodies; plain memory only.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "bodies.hpp"
#include "curve.hpp"
#include "tree.hpp"

namespace nbody {

/// What acts on a body: acceleration, and potential energy per mass.
struct field {
  vector3 acceleration;
  double potential = 0;
};

/// What attracts a group of bodies: single bodies, and cells that are far enough away. One list serves all bodies of
/// the group, so that the walk through the tree costs little beside the interactions (Barnes, "A modified tree code:
/// don't laugh; it runs", 1990).
using sources = std::vector<point>;

/// The field of the sources, with forces softened as those of Plummer spheres of this radius. What a body contributes
/// at its own place is left out.
void attract(std::span<const body> bodies, const sources& by, double softening, std::span<field> result);

/// Where the distance of a group of bodies counts from.
[[nodiscard]] box box_around(std::span<const body> bodies);

/// The square of the distance of a point from a box, 0 inside.
[[nodiscard]] inline double distance2(const box& from, const vector3& to) {
  const auto along = [](double low, double high, double at) { return at < low ? low - at : at > high ? at - high : 0; };
  const vector3 distance{along(from.low.x, from.high.x, to.x), along(from.low.y, from.high.y, to.y),
                         along(from.low.z, from.high.z, to.z)};
  return dot(distance, distance);
}

/// Walks the tree for a group of bodies: appends to `found` all that attracts them.
///
/// A `Tree` has `family(link)`, which returns some pointer to the cells behind a link, and `bodies(first, count,
/// found)`, which appends bodies to `found`.
template <class Tree, class Link>
class walk {
 public:
  explicit walk(Tree& through) : through_(through) {}

  void collect(const cell<Link>& root, const box& around, sources& found) {
    visit(root, around, found);
    while (!to_open_.empty()) {
      const Link next = to_open_.back();
      to_open_.pop_back();
      const auto opened = through_.family(next);
      for (const cell<Link>& each : opened->cells) {
        if (each.bodies != 0) visit(each, around, found);
      }
    }
  }

 private:
  void visit(const cell<Link>& which, const box& around, sources& found) {
    if (distance2(around, which.center) > which.reach2) {
      found.push_back({.position = which.center, .mass = which.mass});
    } else if (which.is_leaf != 0) {
      through_.bodies(which.first_body, which.bodies, found);
    } else {
      to_open_.push_back(which.family);
    }
  }

  Tree& through_;
  std::vector<Link> to_open_;
};

}  // namespace nbody
