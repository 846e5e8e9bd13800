#include "tree.hpp"

#include <cmath>
#include <cstddef>
#include <optional>

#include <nettle/sha1.h>

namespace uts {

namespace {

std::array<std::uint8_t, 4> big_endian(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24U), static_cast<std::uint8_t>(number >> 16U),
          static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}

stream_state hash(const stream_state& state, std::uint32_t number, std::size_t of_state) {
  const auto bytes = big_endian(number);
  sha1_ctx context;  // NOLINT(cppcoreguidelines-pro-type-member-init): sha1_init does it
  sha1_init(&context);
  sha1_update(&context, of_state, state.data());
  sha1_update(&context, bytes.size(), bytes.data());
  stream_state result;
  sha1_digest(&context, result.size(), result.data());
  return result;
}

}  // namespace

stream_state first_state(std::uint32_t seed) { return hash({}, seed, 16); }

stream_state child_state(const stream_state& parent, std::uint32_t which) { return hash(parent, which, parent.size()); }

namespace {

/// Depths whose logarithms are kept; few trees are deeper where they are geometric.
constexpr std::uint32_t most_kept = 4096;

/// The mean of the geometric distribution.
double mean_at(const tree_parameters& of, std::uint32_t depth) {
  if (depth == 0) return of.branching;
  const double part = static_cast<double>(depth) / static_cast<double>(of.depth);
  switch (of.shape) {
    case geometric_shape::linear:
      return of.branching * (1.0 - part);
    case geometric_shape::exponential:
      return of.branching *
             std::pow(static_cast<double>(depth), -std::log(of.branching) / std::log(static_cast<double>(of.depth)));
    case geometric_shape::cyclic:
      // In the order in which the reference rounds.
      return depth > 5 * std::uint64_t{of.depth}
                 ? 0.0
                 : std::pow(of.branching, std::sin(2.0 * 3.141592653589793 * static_cast<double>(depth) /
                                                   static_cast<double>(of.depth)));
    case geometric_shape::fixed:
      break;
  }
  return depth < of.depth ? of.branching : 0.0;
}

/// The logarithm of the probability that there is no further child.
double log_failure_at(const tree_parameters& of, std::uint32_t depth) {
  return std::log(1 - 1.0 / (1.0 + mean_at(of, depth)));
}

/// What the reference converts to int without a look.
std::uint32_t whole_children(double number) {
  return number >= 1 ? static_cast<std::uint32_t>(std::min<double>(std::floor(number), most_children)) : 0;
}

class serial_work {
 public:
  void push(const node& which) { nodes_.push_back(which); }

  std::optional<node> pop() {
    if (nodes_.empty()) return std::nullopt;
    const node last = nodes_.back();
    nodes_.pop_back();
    return last;
  }

  void clear() { nodes_.clear(); }

 private:
  std::vector<node> nodes_;
};

}  // namespace

tree::tree(const tree_parameters& of)
    : of_(of),
      root_children_(static_cast<std::uint32_t>(of.branching)),
      inner_children_(std::min(of.inner_children, most_children)),
      shift_depth_(of.shift * of.depth) {
  const std::uint64_t deepest = 5 * std::uint64_t{of.depth} + 1;
  log_failure_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(deepest + 1, most_kept)));
  for (std::uint32_t depth = 0; depth < log_failure_.size(); ++depth) log_failure_[depth] = log_failure_at(of, depth);
}

std::uint32_t tree::geometric_children(const node& parent) const {
  const double failure =
      parent.depth < log_failure_.size() ? log_failure_[parent.depth] : log_failure_at(of_, parent.depth);
  return whole_children(std::log(1 - random_fraction(parent.state)) / failure);
}

tree_size serial_search(const tree& of, std::uint64_t most_nodes) {
  serial_work work;
  work.push(of.root());
  return search(work, of, [&](const tree_size& found) {
    if (found.nodes > most_nodes) work.clear();
  });
}

}  // namespace uts
