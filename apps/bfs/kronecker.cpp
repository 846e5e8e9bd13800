#include "kronecker.hpp"

#include "../common/random.hpp"

namespace bfs {

namespace {

/// 32 random bits below this: the edge falls into that quarter or one before it.
constexpr std::uint32_t below(double probability) { return static_cast<std::uint32_t>(probability * 0x1p32); }

constexpr std::uint32_t a_ends = below(0.57);
constexpr std::uint32_t b_ends = below(0.57 + 0.19);
constexpr std::uint32_t c_ends = below(0.57 + 0.19 + 0.19);

edge random_edge(unsigned scale, apps::random_stream random) {
  edge result{0, 0};
  std::uint64_t bits = 0;
  for (unsigned level = 0; level < scale; ++level) {
    bits = level % 2 == 0 ? random.next() : bits >> 32U;
    const auto draw = static_cast<std::uint32_t>(bits);
    const auto lower = static_cast<vertex>(draw >= b_ends);
    const vertex right = static_cast<vertex>(draw >= a_ends) ^ lower ^ static_cast<vertex>(draw >= c_ends);
    result.a = result.a << 1U | lower;
    result.b = result.b << 1U | right;
  }
  return result;
}

/// A permutation of the numbers of `scale` bits: each step can be undone.
class renaming {
 public:
  renaming(unsigned scale, std::uint64_t seed) : shift_((scale + 1) / 2), mask_((std::uint64_t{1} << scale) - 1) {
    apps::random_stream random(seed);
    for (std::uint64_t& each : keys_) each = random.next();
  }

  vertex operator()(std::uint64_t name) const {
    for (const std::uint64_t key : keys_) {
      name = (name * (key | 1U) + (key >> 32U)) & mask_;
      name ^= name >> shift_;
    }
    return static_cast<vertex>(name);
  }

 private:
  unsigned shift_;
  std::uint64_t mask_;
  std::uint64_t keys_[4] = {};
};

}  // namespace

std::vector<edge> kronecker_graph::edges(std::size_t first, std::size_t end) const {
  const renaming rename(scale, seed);
  std::vector<edge> result;
  result.reserve(end - first);
  for (std::size_t i = first; i < end; ++i) {
    const edge drawn = random_edge(scale, apps::random_stream(seed, i));
    result.push_back({.a = rename(drawn.a), .b = rename(drawn.b)});
  }
  return result;
}

vertex kronecker_graph::renamed(std::size_t i, std::uint64_t by) const { return renaming(scale, seed + by)(i); }

}  // namespace bfs
