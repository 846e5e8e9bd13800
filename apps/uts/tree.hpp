// Trees that random numbers make, node by node: S. Olivier, J. Huan, J. Liu, J. Prins, J. Dinan, P. Sadayappan and
// C.-W. Tseng, "UTS: An Unbalanced Tree Search Benchmark", LCPC 2006. Nodes, and so their counts, are those of the
// authors' implementation (UTS 2.1, uts.c).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace uts {

/// A state of the stream, which is a hash: from it follow a random number and the states of any number of children,
/// independent of each other, so that a rank that has a node can make the tree beneath it.
using stream_state = std::array<std::uint8_t, 20>;

/// SHA-1 of 16 zeros and the seed.
[[nodiscard]] stream_state first_state(std::uint32_t seed);

/// Of child number `which`: SHA-1 of the parent's state and the number.
[[nodiscard]] stream_state child_state(const stream_state& parent, std::uint32_t which);

/// Uniform in [0, 2^31).
[[nodiscard]] inline std::uint32_t random_number(const stream_state& of) {
  return (std::uint32_t{of[16]} & 0x7fU) << 24U | std::uint32_t{of[17]} << 16U | std::uint32_t{of[18]} << 8U |
         std::uint32_t{of[19]};
}

/// The same in [0, 1).
[[nodiscard]] inline double random_fraction(const stream_state& of) { return random_number(of) / 2147483648.0; }

/// What the number of a node's children is drawn from. The numbers are the reference's.
enum class distribution : std::uint8_t {
  binomial = 0,   ///< at the root b, elsewhere m with probability q, or none
  geometric = 1,  ///< geometric, with a mean that depends on the depth by the shape
  hybrid = 2,     ///< geometric above, binomial below
  balanced = 3,   ///< b, up to the depth
};

/// How the mean of the geometric distribution depends on the depth.
enum class geometric_shape : std::uint8_t {
  linear = 0,       ///< down to 0 at the depth d
  exponential = 1,  ///< from b as a power of the depth, 1 at d
  cyclic = 2,       ///< between b and 1/b, in a period of d; five of them
  fixed = 3,        ///< b, and 0 from d on
};

/// A tree; the letters are the reference's options, the values its defaults.
struct tree_parameters {
  distribution type = distribution::geometric;      ///< t
  double branching = 4;                             ///< b: at the root
  std::uint32_t seed = 0;                           ///< r
  geometric_shape shape = geometric_shape::linear;  ///< a
  std::uint32_t depth = 6;                          ///< d
  double inner_probability = 0.234375;              ///< q: that a node has children, under `binomial`
  std::uint32_t inner_children = 4;                 ///< m: how many it has then
  double shift = 0.5;                               ///< f: share of the depth from which on `hybrid` is binomial
  std::uint32_t granularity = 1;                    ///< g: how often each node is made, which is the work

  friend bool operator==(const tree_parameters&, const tree_parameters&) = default;
};

/// Most children of a node, except of a binomial tree's root and in balanced trees.
inline constexpr std::uint32_t most_children = 100;

/// All there is to know of a node, wherever it is.
struct node {
  stream_state state;
  std::uint32_t depth;
};

/// Immutable.
class tree {
 public:
  explicit tree(const tree_parameters& of);

  [[nodiscard]] node root() const { return {first_state(of_.seed), 0}; }

  /// How many children it has.
  [[nodiscard]] std::uint32_t children(const node& parent) const {
    switch (of_.type) {
      case distribution::binomial:
        return parent.depth == 0 ? root_children_ : binomial_children(parent);
      case distribution::geometric:
        return geometric_children(parent);
      case distribution::hybrid:
        return parent.depth < shift_depth_ ? geometric_children(parent) : binomial_children(parent);
      case distribution::balanced:
        break;
    }
    return parent.depth < of_.depth ? root_children_ : 0;
  }

  [[nodiscard]] node child(const node& parent, std::uint32_t which) const {
    node result{child_state(parent.state, which), parent.depth + 1};
    for (std::uint32_t i = 1; i < of_.granularity; ++i) result.state = child_state(parent.state, which);
    return result;
  }

 private:
  [[nodiscard]] std::uint32_t geometric_children(const node& parent) const;
  [[nodiscard]] std::uint32_t binomial_children(const node& parent) const {
    return random_fraction(parent.state) < of_.inner_probability ? inner_children_ : 0;
  }

  tree_parameters of_;
  std::uint32_t root_children_;
  std::uint32_t inner_children_;
  double shift_depth_;
  std::vector<double> log_failure_;  ///< see log_failure_at; of the first depths
};

/// What is counted.
struct tree_size {
  std::uint64_t nodes = 0;
  std::uint64_t depth = 0;  ///< of the deepest node; the root's is 0
  std::uint64_t leaves = 0;

  void add(const node& which, std::uint32_t children) {
    ++nodes;
    depth = std::max<std::uint64_t>(depth, which.depth);
    leaves += children == 0 ? 1 : 0;
  }

  friend bool operator==(const tree_size&, const tree_size&) = default;
};

/// Counts all nodes of `of`, with `work` as the stack, in which the root is: `std::optional<node> pop()` and
/// `push(const node&)`. `watch(tree_size)` is told of every node.
template <class Work, class Watch>
tree_size search(Work& work, const tree& of, Watch watch) {
  tree_size found;
  while (const auto next = work.pop()) {
    const std::uint32_t children = of.children(*next);
    found.add(*next, children);
    for (std::uint32_t i = 0; i < children; ++i) work.push(of.child(*next, i));
    watch(found);
  }
  return found;
}

/// The same in one process. Ends early, with what it has then, when there are more than `most_nodes`.
[[nodiscard]] tree_size serial_search(const tree& of, std::uint64_t most_nodes);

}  // namespace uts
