#include "tree.hpp"

#include <algorithm>

namespace nbody {

namespace {

class builder {
 public:
  builder(const geometry& with, std::span<const morton_key> keys, std::span<const body> bodies, morton_key first,
          morton_key end)
      : with_(with), keys_(keys), bodies_(bodies), first_key_(first), end_key_(end) {}

  [[nodiscard]] subtrees build() {
    cut({.first = 0, .end = keys_.size()}, 0, false);
    return std::move(result_);
  }

 private:
  /// Bodies in one cell; `grouped` if they are part of a group.
  void cut(const group& in, unsigned level, bool grouped) {
    if (in.first == in.end) return;
    const morton_key key = keys_[in.first];
    const morton_key first = key & ~(keys_of_cell(level) - 1);
    if (first_key_ <= first && first + keys_of_cell(level) <= end_key_) {
      result_.branches.push_back({.top = whole(in, level, grouped), .key = key});
      return;
    }
    const bool within = grouped || make_group(in);
    for_each_octant(in, level, [&](const group& each) { cut(each, level + 1, within); });
  }

  /// The subtree of the bodies in one cell of `level`. Levels on which they still lie together are left out.
  [[nodiscard]] cell<local_link> whole(const group& in, unsigned level, bool grouped) {
    const bool within = grouped || make_group(in);
    level = std::max(level, common_level(keys_[in.first], keys_[in.end - 1]));
    if (in.end - in.first <= bodies_in_leaf || level == levels) {
      if (!within) make_groups(in);
      return leaf(in, level);
    }
    const std::size_t index = result_.families.size();
    result_.families.emplace_back();
    for_each_octant(in, level, [&](const group& each) {
      const unsigned which = octant(keys_[each.first], level);
      const cell<local_link> child = whole(each, level + 1, within);
      result_.families[index].cells[which] = child;
    });
    return with_.parent(result_.families[index], local_link{index}, keys_[in.first], level);
  }

  [[nodiscard]] cell<local_link> leaf(const group& in, unsigned level) const {
    cell<local_link> result;
    result.first_body = in.first;
    result.bodies = static_cast<std::uint32_t>(in.end - in.first);
    for (const body& each : bodies_.subspan(in.first, in.end - in.first)) {
      result.mass += each.mass;
      result.center = result.center + each.mass * each.position;
    }
    result.center = (1 / result.mass) * result.center;
    result.reach2 = with_.reach2(keys_[in.first], level, result.center);
    return result;
  }

  template <class F>
  void for_each_octant(group in, unsigned level, F f) const {
    while (in.first != in.end) {
      const morton_key last = keys_[in.first] | (keys_of_cell(level + 1) - 1);
      const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(in.first);
      const auto end = std::upper_bound(begin, keys_.begin() + static_cast<std::ptrdiff_t>(in.end), last);
      const auto middle = static_cast<std::size_t>(end - keys_.begin());
      f(group{.first = in.first, .end = middle});
      in.first = middle;
    }
  }

  bool make_group(const group& of) {
    if (of.end - of.first > bodies_in_group) return false;
    result_.groups.push_back(of);
    return true;
  }
  void make_groups(const group& of) {
    for (std::size_t first = of.first; first < of.end; first += bodies_in_group) {
      make_group({.first = first, .end = std::min(of.end, first + bodies_in_group)});
    }
  }

  const geometry& with_;
  std::span<const morton_key> keys_;
  std::span<const body> bodies_;
  morton_key first_key_;
  morton_key end_key_;
  subtrees result_;
};

}  // namespace

double geometry::reach2(morton_key key, unsigned level, const vector3& center) const {
  const double reach = space.edge(level) / theta + norm(center - space.middle(key, level));
  return reach * reach;
}

subtrees build(const geometry& with, std::span<const morton_key> keys, std::span<const body> bodies, morton_key first,
               morton_key end) {
  return builder(with, keys, bodies, first, end).build();
}

}  // namespace nbody
