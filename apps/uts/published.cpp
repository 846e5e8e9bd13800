#include "published.hpp"

#include <array>

namespace uts {

namespace {

constexpr tree_parameters geometric(geometric_shape shape, std::uint32_t depth, double branching, std::uint32_t seed) {
  return {.type = distribution::geometric, .branching = branching, .seed = seed, .shape = shape, .depth = depth};
}

constexpr tree_parameters binomial(double probability, std::uint32_t children, std::uint32_t seed) {
  return {.type = distribution::binomial,
          .branching = 2000,
          .seed = seed,
          .inner_probability = probability,
          .inner_children = children};
}

constexpr tree_parameters hybrid(std::uint32_t depth, double branching, std::uint32_t seed) {
  return {.type = distribution::hybrid, .branching = branching, .seed = seed, .depth = depth};
}

constexpr auto linear = geometric_shape::linear;
constexpr auto cyclic = geometric_shape::cyclic;
constexpr auto fixed = geometric_shape::fixed;

/// sample_trees.sh of UTS 2.1, all of them.
constexpr std::array trees{
    published_tree{"T1", geometric(fixed, 10, 4, 19), 4'130'071, 10, 3'305'118},
    published_tree{"T5", geometric(linear, 20, 4, 34), 4'147'582, 20, 2'181'318},
    published_tree{"T2", geometric(cyclic, 16, 6, 502), 4'117'769, 81, 2'342'762},
    published_tree{"T3", binomial(0.124875, 8, 42), 4'112'897, 1572, 3'599'034},
    published_tree{"T4", hybrid(16, 6, 1), 4'132'453, 134, 3'108'986},
    published_tree{"T1L", geometric(fixed, 13, 4, 29), 102'181'082, 13, 81'746'377},
    published_tree{"T2L", geometric(cyclic, 23, 7, 220), 96'793'510, 67, 53'791'152},
    published_tree{"T3L", binomial(0.200014, 5, 7), 111'345'631, 17'844, 89'076'904},
    published_tree{"T1XL", geometric(fixed, 15, 4, 29), 1'635'119'272, 15, 1'308'100'063},
    published_tree{"T1XXL", geometric(fixed, 15, 4, 19), 4'230'646'601, 15},
    published_tree{"T3XXL", binomial(0.499995, 2, 316), 2'793'220'501},
    published_tree{"T2XXL", binomial(0.499999995, 2, 0), 10'612'052'303, 216'370, 5'306'027'151},
    published_tree{"T1WL", geometric(fixed, 18, 4, 19), 270'751'679'750, 18, 216'601'257'283},
    published_tree{"T2WL", binomial(0.4999999995, 2, 559), 295'393'891'003, 1'021'239, 147'696'946'501},
    published_tree{"T3WL", binomial(0.4999995, 2, 559), 157'063'495'159, 758'577, 78'531'748'579},
};

/// What the type does not look at, and the granularity, set to the defaults.
tree_parameters essence(const tree_parameters& of) {
  tree_parameters result{.type = of.type, .branching = of.branching, .seed = of.seed};
  if (of.type != distribution::binomial) result.depth = of.depth;
  if (of.type == distribution::geometric || of.type == distribution::hybrid) result.shape = of.shape;
  if (of.type == distribution::binomial || of.type == distribution::hybrid) {
    result.inner_probability = of.inner_probability;
    result.inner_children = of.inner_children;
  }
  if (of.type == distribution::hybrid) result.shift = of.shift;
  return result;
}

}  // namespace

std::span<const published_tree> published_trees() { return trees; }

const published_tree* find_published(std::string_view name) {
  for (const published_tree& each : trees) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

const published_tree* find_published(const tree_parameters& of) {
  for (const published_tree& each : trees) {
    if (essence(each.parameters) == essence(of)) return &each;
  }
  return nullptr;
}

bool agrees(const published_tree& with, const tree_size& found) {
  return found.nodes == with.nodes && found.depth == with.depth.value_or(found.depth) &&
         found.leaves == with.leaves.value_or(found.leaves);
}

}  // namespace uts
