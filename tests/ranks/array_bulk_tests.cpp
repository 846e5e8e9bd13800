// Bulk access to array<T>: get, put, gather, scatter and prefetch of any range, against a plain vector.

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include <gtest/gtest.h>

#include "tests/ranks/array_shapes.hpp"

namespace {

using liana::array;
using namespace liana_tests;

template <class T>
class array_bulk : public ::testing::Test {
 protected:
  template <class Body>
  void with_every_shape(Body body) {
    const std::uint64_t seed = shared_seed();
    SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed));
    for (const array_shape& shape : bulk_shapes(sizeof(T))) {
      SCOPED_TRACE(shape.text());
      auto a = liana::make_array<T>(shape.elements, shape.options());
      std::mt19937_64 random(seed);
      body(a, random);
      liana::barrier();
      liana::destroy(a);
    }
  }
};

using bulk_types = ::testing::Types<char, std::int32_t, std::uint64_t, sized<12>, sized<24>, sized<100>>;
TYPED_TEST_SUITE(array_bulk, bulk_types);

TYPED_TEST(array_bulk, put_of_disjoint_ranges_by_all_ranks_at_once) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, std::mt19937_64& random) {
    // Cuts that divide the array among the ranks without regard to blocks: neighbours write into one block.
    std::set<std::size_t> cuts{0, a.size()};
    for (int i = 0; i < 4 * liana::size(); ++i) cuts.insert(random() % a.size());
    liana::rank_t owner = 0;
    for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut, owner = (owner + 1) % liana::size()) {
      if (owner == liana::rank()) a.put(*cut, numbered_range<T>(*cut, *std::next(cut) - *cut));
    }
    liana::barrier();
    std::vector<T> all(a.size());
    a.get(0, all);
    EXPECT_TRUE(holds_range(all, 0));
  });
}

// All ranks follow the same random numbers, so each knows what the array must hold.
TYPED_TEST(array_bulk, get_of_any_range_sees_put_of_any_range) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, std::mt19937_64& random) {
    std::vector<T> model(a.size(), T{});
    for (int round = 0; round < 12; ++round) {
      const std::size_t first = random() % a.size();
      const std::size_t n = 1 + random() % (a.size() - first);
      const auto values = numbered_range<T>(static_cast<std::uint64_t>(round) * 1'000'000, n);
      std::copy(values.begin(), values.end(), model.begin() + static_cast<std::ptrdiff_t>(first));
      if (liana::rank() == round % liana::size()) a.put(first, values);
      liana::barrier();
      std::mt19937_64 own(random() + static_cast<std::uint64_t>(liana::rank()));
      for (int i = 0; i < 4; ++i) {
        const std::size_t from = own() % a.size();
        std::vector<T> found(own() % (a.size() - from + 1));
        if (i % 2 == 0) a.prefetch(from, found.size());
        a.get(from, found);
        EXPECT_TRUE(std::ranges::equal(std::as_bytes(std::span(found)),
                                       std::as_bytes(std::span(model).subspan(from, found.size()))))
            << "round " << round << ", elements " << from << " to " << from + found.size();
      }
      liana::barrier();
    }
  });
}

TYPED_TEST(array_bulk, gather_reads_any_indices_including_duplicates) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, std::mt19937_64& random) {
    if (liana::rank() == liana::size() - 1) a.put(0, numbered_range<T>(0, a.size()));
    liana::barrier();
    for (int round = 0; round < 4; ++round) {
      std::mt19937_64 own(random() + static_cast<std::uint64_t>(liana::rank()));
      std::vector<std::size_t> index(1 + own() % 500);
      for (std::size_t& i : index) i = own() % a.size();
      index.push_back(index.front());
      index.push_back(index.front());
      std::vector<T> found(index.size());
      a.gather(index, found);
      for (std::size_t k = 0; k < index.size(); ++k) {
        ASSERT_TRUE(holds(found[k], index[k])) << "position " << k << ", index " << index[k];
      }
    }
  });
}

TYPED_TEST(array_bulk, scatter_by_all_ranks_writes_its_indices_and_no_others) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, std::mt19937_64& random) {
    // Each element is drawn for one rank, or for none.
    std::vector<std::size_t> index;
    std::vector<T> values;
    std::vector<bool> written(a.size(), false);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto owner = static_cast<liana::rank_t>(random() % static_cast<std::uint64_t>(liana::size() + 1));
      written[i] = owner < liana::size();
      if (owner == liana::rank()) index.push_back(i);
    }
    std::shuffle(index.begin(), index.end(), random);
    values.reserve(index.size());
    for (const std::size_t i : index) values.push_back(numbered<T>(i));
    a.scatter(index, values);
    liana::barrier();
    std::vector<T> all(a.size());
    a.get(0, all);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (written[i]) {
        ASSERT_TRUE(holds(all[i], i)) << "element " << i;
      } else {
        ASSERT_TRUE(is_zero(all[i])) << "element " << i;
      }
    }
  });
}

TYPED_TEST(array_bulk, scatter_to_duplicates_leaves_one_of_the_values) {
  using T = TypeParam;
  this->with_every_shape([](const array<T>& a, std::mt19937_64& random) {
    if (liana::rank() == 0) {
      std::vector<std::size_t> index(200);
      std::vector<T> values;
      std::map<std::size_t, std::vector<std::uint64_t>> candidates;
      for (std::size_t k = 0; k < index.size(); ++k) {
        index[k] = random() % std::min<std::size_t>(a.size(), 40);
        values.push_back(numbered<T>(k));
        candidates[index[k]].push_back(k);
      }
      a.scatter(index, values);
      for (const auto& [i, numbers] : candidates) {
        const T found = a[i];
        EXPECT_TRUE(std::any_of(numbers.begin(), numbers.end(),
                                [&](std::uint64_t number) { return same(found, numbered<T>(number)); }))
            << "element " << i << " has none of the values written to it";
      }
    }
  });
}

TEST(array_bulk_large, ranges_beyond_the_cache_come_whole) {
  // 24 MiB in all is more than some configurations of the cache hold.
  constexpr std::size_t n = 3 << 20;
  auto a = liana::make_array<std::uint64_t>(n, {.block_bytes = 65536, .layout = liana::layout::cyclic});
  const std::size_t share = n / static_cast<std::size_t>(liana::size());
  const std::size_t first = share * static_cast<std::size_t>(liana::rank());
  const std::size_t last = liana::rank() + 1 == liana::size() ? n : first + share;
  std::vector<std::uint64_t> values(last - first);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = mixed(first + i);
  a.put(first, values);
  liana::barrier();
  values.assign(n, 0);
  a.get(0, values);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < n; ++i) wrong += values[i] != mixed(i) ? 1U : 0U;
  EXPECT_EQ(wrong, 0U);
  liana::barrier();
  liana::destroy(a);
}

}  // namespace
