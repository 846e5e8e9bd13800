// The tree of Barnes and Hut ("A hierarchical O(N log N) force-calculation algorithm", 1986), whatever its links are.
//
// Space is divided into eight until a cell has few bodies. Each rank builds the subtrees of the cells that lie in its
// part of the Morton curve as a whole, its branches; the levels above them join the branches of all ranks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bodies.hpp"
#include "curve.hpp"

namespace nbody {

/// A cell, as a walk of the tree sees it. Its bodies follow each other in the order of the Morton curve, in which
/// the bodies of all ranks are numbered.
template <class Link>
struct cell {
  vector3 center;  // of mass
  double mass = 0;
  double reach2 = 0;  // from so far away, squared, the cell will do as one body
  Link family{};      // of its cells of the next level; of no meaning in a leaf
  std::uint64_t first_body = 0;
  std::uint32_t bodies = 0;  // 0: there is no cell here
  std::uint32_t is_leaf = 1;
};

/// The cells in a cell, one for each octant. They lie together because they are needed together: a walk that opens a
/// cell looks at all of them.
template <class Link>
struct family {
  std::array<cell<Link>, 8> cells;
};

/// A family in a vector.
using local_link = std::uint64_t;

/// A cell that lies in one rank's part of the curve as a whole, while the one around it does not.
template <class Link>
struct branch {
  cell<Link> top;
  morton_key key = 0;  // of any of its bodies
};

/// Each end of a part of the curve can cut one cell of each level.
inline constexpr std::size_t most_branches = std::size_t{2} * 7 * levels;

/// Bodies close to each other, numbered within their rank, on which forces are computed together.
struct group {
  std::size_t first = 0;
  std::size_t end = 0;
};

inline constexpr std::size_t bodies_in_leaf = 16;
inline constexpr std::size_t bodies_in_group = 64;

/// How the tree is cut and when a cell is opened.
struct geometry {
  cube space;
  double theta = 0.6;

  /// The square of how far a body must be from the center of mass of the cell that a key lies in: edge / theta and how
  /// far the center of mass is from the middle (Barnes, "Gravitational tree code", 1994).
  [[nodiscard]] double reach2(morton_key key, unsigned level, const vector3& center) const;

  /// A cell of a level from those in it.
  template <class Link>
  [[nodiscard]] cell<Link> parent(const family<Link>& of, const Link& link, morton_key key, unsigned level) const;
};

/// What one rank builds.
struct subtrees {
  std::vector<family<local_link>> families;
  std::vector<branch<local_link>> branches;  // in the order of their keys
  std::vector<group> groups;
};

/// The subtrees of bodies whose keys are all from `first` to before `end`, in ascending order. In them bodies and
/// families are numbered from 0.
[[nodiscard]] subtrees build(const geometry& with, std::span<const morton_key> keys, std::span<const body> bodies,
                             morton_key first, morton_key end);

/// The root over the branches of all ranks, of which there is at least one, in the order of their keys. Appends the
/// families above the branches to `families`, fewer than there are branches; `link_to(i)` is to lead to families[i].
template <class Link, class LinkTo>
[[nodiscard]] cell<Link> join(const geometry& with, std::span<const branch<Link>> branches,
                              std::vector<family<Link>>& families, const LinkTo& link_to) {
  if (branches.size() == 1) return branches.front().top;
  const morton_key key = branches.front().key;
  const unsigned level = common_level(key, branches.back().key);
  const std::size_t index = families.size();
  families.emplace_back();
  while (!branches.empty()) {
    const unsigned which = octant(branches.front().key, level);
    std::size_t count = 1;
    while (count < branches.size() && octant(branches[count].key, level) == which) ++count;
    const cell<Link> joined = join(with, branches.first(count), families, link_to);
    families[index].cells[which] = joined;
    branches = branches.subspan(count);
  }
  return with.parent(families[index], link_to(index), key, level);
}

template <class Link>
cell<Link> geometry::parent(const family<Link>& of, const Link& link, morton_key key, unsigned level) const {
  cell<Link> result;
  result.family = link;
  result.is_leaf = 0;
  for (const cell<Link>& each : of.cells) {
    result.mass += each.mass;
    result.center = result.center + each.mass * each.center;
    result.bodies += each.bodies;
  }
  result.center = (1 / result.mass) * result.center;
  result.reach2 = reach2(key, level, result.center);
  return result;
}

/// The same cell with another kind of link.
template <class To, class From>
[[nodiscard]] cell<To> relinked(const cell<From>& of, const To& link, std::uint64_t first_body) {
  return {.center = of.center,
          .mass = of.mass,
          .reach2 = of.reach2,
          .family = link,
          .first_body = first_body,
          .bodies = of.bodies,
          .is_leaf = of.is_leaf};
}

/// The same subtree's cell and family seen by all ranks: `link_to(i)` leads to family i of the rank, whose bodies begin
/// with number `first_body`.
template <class LinkTo>
[[nodiscard]] auto published(const cell<local_link>& of, const LinkTo& link_to, std::uint64_t first_body) {
  return relinked(of, link_to(of.family), first_body + of.first_body);
}
template <class LinkTo>
[[nodiscard]] auto published(const family<local_link>& of, const LinkTo& link_to, std::uint64_t first_body) {
  family<decltype(link_to(0))> result;
  for (std::size_t i = 0; i < of.cells.size(); ++i) result.cells[i] = published(of.cells[i], link_to, first_body);
  return result;
}

}  // namespace nbody
