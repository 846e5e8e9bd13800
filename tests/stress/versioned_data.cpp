#include "tests/stress/versioned_data.hpp"

namespace liana_tests {

namespace {

// Homes start at another rank in each group, so that all ranks serve some size of everything.
template <std::size_t Words>
void allocate(object_group<Words>& group, std::size_t& next_slot) {
  using object = uniform_words<Words>;
  group.first_slot = next_slot;
  for (std::size_t i = 0; i < object_group<Words>::count; ++i, ++next_slot) {
    const auto home = static_cast<liana::rank_t>(next_slot % static_cast<std::size_t>(liana::size()));
    liana::global_ptr<object> made;
    if (liana::rank() == home) made = liana::make_global<object>(object::filled(0));
    group.objects.push_back(liana::broadcast(made, home));
  }
}

word_array make_words(std::size_t block_bytes, std::size_t block_count, liana::layout layout, std::size_t slots,
                      std::size_t& next_slot) {
  const std::size_t n = block_count * block_bytes / sizeof(std::uint64_t);
  word_array made{liana::make_array<std::uint64_t>(n, {.block_bytes = block_bytes, .layout = layout}), next_slot};
  next_slot += slots;
  return made;
}

}  // namespace

versioned_data::versioned_data() {
  const auto allocate_all = [this](auto&... group) { (allocate(group, slots), ...); };
  std::apply(allocate_all, shared);
  std::apply(allocate_all, owned);
  blocks.push_back(make_words(64, 16, liana::layout::cyclic, 16, slots));
  blocks.push_back(make_words(256, 16, liana::layout::blocked, 16, slots));
  blocks.push_back(make_words(4096, 6, liana::layout::cyclic, 6, slots));
  words.push_back(make_words(256, 8, liana::layout::cyclic, std::size_t{8} * 32, slots));
  words.push_back(make_words(4096, 3, liana::layout::blocked, std::size_t{3} * 512, slots));
}

}  // namespace liana_tests
