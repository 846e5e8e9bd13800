// global_ptr as a value: arithmetic, order, text, conversions, and where it points.

#include <algorithm>
#include <bit>
#include <compare>
#include <concepts>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;

static_assert(sizeof(global_ptr<int>) == 8);
static_assert(std::is_trivially_copyable_v<global_ptr<int>>);
static_assert(std::is_convertible_v<global_ptr<int>, global_ptr<const int>>);
static_assert(!std::is_convertible_v<global_ptr<const int>, global_ptr<int>>);
static_assert(!std::is_convertible_v<global_ptr<int>, global_ptr<long>>);
static_assert(std::is_constructible_v<bool, global_ptr<int>> && !std::is_convertible_v<global_ptr<int>, bool>);
static_assert(std::is_constructible_v<global_ptr<int>, std::nullptr_t>);
static_assert(std::three_way_comparable<global_ptr<int>>);
static_assert(std::is_signed_v<decltype(global_ptr<int>() - global_ptr<int>())>);
static_assert(std::is_same_v<decltype(global_ptr<const int>().get()), int>);

template <class T>
std::string text_of(const T& value) {
  std::ostringstream stream;
  stream << value;
  return stream.str();
}

TEST(null_pointer, compares_equal_to_nullptr_and_is_false) {
  const global_ptr<int> none;
  EXPECT_TRUE(none == nullptr);
  EXPECT_FALSE(static_cast<bool>(none));
  EXPECT_EQ(none, global_ptr<int>(nullptr));
  const global_ptr<const int> none_const = none;
  EXPECT_TRUE(none_const == nullptr);
}

TEST(null_pointer, is_no_valid_address) {
  const auto object = liana::make_global<int>(1);
  EXPECT_TRUE(object != nullptr);
  EXPECT_TRUE(static_cast<bool>(object));
  liana::destroy(object);
}

// Sizes that divide the default block, sizes that leave a padded end in each, and some larger than it.
template <class T>
class pointer_arithmetic : public ::testing::Test {};
using pointed_types = ::testing::Types<char, std::int16_t, std::int32_t, double, sized<3>, sized<12>, sized<24>,
                                       sized<40>, sized<100>, sized<4096>, sized<5000>>;
TYPED_TEST_SUITE(pointer_arithmetic, pointed_types);

// Enough to fill three blocks of 4 KiB and begin a fourth.
template <class T>
constexpr std::ptrdiff_t several_blocks() {
  return 3 * std::max<std::ptrdiff_t>(1, 4096 / static_cast<std::ptrdiff_t>(sizeof(T))) + 2;
}

std::uint64_t number_of(liana::rank_t home, std::ptrdiff_t index) {
  return static_cast<std::uint64_t>(home) * 1'000'003 + static_cast<std::uint64_t>(index);
}

TYPED_TEST(pointer_arithmetic, reaches_every_element_from_either_end) {
  using T = TypeParam;
  const std::ptrdiff_t n = several_blocks<T>();
  const auto mine = liana::make_global_array<T>(static_cast<std::size_t>(n));
  const auto arrays = from_every_rank(mine);
  for (std::ptrdiff_t i = 0; i < n; ++i) (mine + i).put(numbered<T>(number_of(liana::rank(), i)));
  liana::barrier();

  const liana::rank_t home = (liana::rank() + 1) % liana::size();
  const auto first = arrays[static_cast<std::size_t>(home)];
  const auto last = first + n;
  auto walk = first;
  for (std::ptrdiff_t i = 0; i < n; ++i, ++walk) {
    EXPECT_EQ(walk, first + i);
    EXPECT_EQ(last - (n - i), first + i);
    EXPECT_EQ(walk - first, i);
    EXPECT_EQ(first - walk, -i);
    EXPECT_EQ(last - walk, n - i);
    EXPECT_EQ(walk.home(), home);
    EXPECT_TRUE(holds(walk.get(), number_of(home, i))) << "element " << i;
    EXPECT_TRUE(holds(static_cast<T>(first[i]), number_of(home, i))) << "element " << i;
  }
  EXPECT_EQ(walk, last);
  liana::barrier();
  liana::destroy(mine);
}

TYPED_TEST(pointer_arithmetic, steps_between_any_two_elements) {
  using T = TypeParam;
  const std::ptrdiff_t n = several_blocks<T>();
  const auto first = liana::make_global_array<T>(static_cast<std::size_t>(n));
  const std::ptrdiff_t stride = std::max<std::ptrdiff_t>(1, n / 37);
  for (std::ptrdiff_t i = 0; i < n; i += stride) {
    for (std::ptrdiff_t k = 0; k < n; k += stride) {
      EXPECT_EQ((first + i) + (k - i), first + k);
      EXPECT_EQ((first + i) - (first + k), i - k);
      EXPECT_EQ((first + i) <=> (first + k), i <=> k);
      EXPECT_EQ((first + i) == (first + k), i == k);
    }
  }
  liana::destroy(first);
}

TYPED_TEST(pointer_arithmetic, elements_are_aligned_and_disjoint_in_memory) {
  using T = TypeParam;
  const std::ptrdiff_t n = several_blocks<T>();
  const auto first = liana::make_global_array<T>(static_cast<std::size_t>(n));
  const unsigned char* end_of_previous = nullptr;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const T* element = (first + i).local();
    ASSERT_NE(element, nullptr);
    const auto* bytes = reinterpret_cast<const unsigned char*>(element);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % alignof(T), 0U);
    if (end_of_previous != nullptr) {
      EXPECT_GE(bytes, end_of_previous);
    }
    end_of_previous = bytes + sizeof(T);
  }
  liana::destroy(first);
}

TEST(pointer_order, is_total_and_the_same_on_every_rank) {
  auto pointers = from_every_rank(liana::make_global<int>(0));
  const auto objects = pointers;
  for (const auto& array : from_every_rank(liana::make_global_array<int>(3000))) {
    for (std::ptrdiff_t i = 0; i < 3000; i += 500) pointers.push_back(array + i);
  }
  pointers.emplace_back(nullptr);
  const std::set<global_ptr<int>> ordered(pointers.begin(), pointers.end());
  EXPECT_EQ(ordered.size(), pointers.size());
  for (const auto& a : pointers) {
    for (const auto& b : pointers) {
      EXPECT_EQ((a < b) + (b < a) + (a == b), 1);
      EXPECT_EQ(a <= b, !(b < a));
    }
  }
  std::size_t position = 0;
  for (const auto& pointer : ordered) {
    EXPECT_EQ(liana::broadcast(pointer, 0), pointer) << "position " << position;
    ++position;
  }
}

TEST(pointer_hash, agrees_with_equality_and_spreads) {
  const auto first = liana::make_global_array<int>(1000);
  std::unordered_set<global_ptr<int>> seen;
  std::set<std::size_t> values;
  for (std::ptrdiff_t i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(first + i).second);
    EXPECT_FALSE(seen.insert((first + 999) - (999 - i)).second);
    values.insert(std::hash<global_ptr<int>>{}(first + i));
  }
  EXPECT_GT(values.size(), 900U);
  liana::destroy(first);
}

TEST(pointer_text, tells_pointers_apart) {
  const auto pointers = from_every_rank(liana::make_global_array<int>(2));
  std::set<std::string> texts;
  for (const auto& pointer : pointers) {
    texts.insert(text_of(pointer));
    texts.insert(text_of(pointer + 1));
  }
  texts.insert(text_of(global_ptr<int>()));
  EXPECT_EQ(texts.size(), 2 * pointers.size() + 1);
  EXPECT_FALSE(texts.contains(""));
}

TEST(pointer_to_const, reads_what_the_pointer_to_mutable_wrote) {
  const auto object = liana::make_global<int>(17);
  const global_ptr<const int> view = object;
  EXPECT_EQ(view.get(), 17);
  object.put(18);
  EXPECT_EQ(*view.read(), 18);
  EXPECT_EQ(static_cast<int>(*view), 18);
  EXPECT_TRUE(view == object);
  EXPECT_EQ(view.home(), liana::rank());
  EXPECT_EQ(view.local(), object.local());
  liana::destroy(object);
}

struct base {
  int number;
};
struct derived : base {
  int more;
};

TEST(pointer_casts, static_cast_reaches_the_base_and_back) {
  const auto object = liana::make_global<derived>(derived{{3}, 4});
  const global_ptr<base> as_base = static_pointer_cast<base>(object);
  EXPECT_EQ(as_base.get().number, 3);
  as_base.put(base{5});
  EXPECT_EQ(object.get().number, 5);
  EXPECT_EQ(object.get().more, 4);
  EXPECT_EQ(static_pointer_cast<derived>(as_base), object);
  liana::destroy(object);
}

TEST(pointer_casts, reinterpret_cast_reaches_the_halves_of_a_word) {
  const auto words = from_every_rank(liana::make_global<std::uint64_t>(0x1111111122222222U));
  const auto word = words[static_cast<std::size_t>((liana::rank() + 1) % liana::size())];
  const auto halves = reinterpret_pointer_cast<std::uint32_t>(word);
  const std::ptrdiff_t high = std::endian::native == std::endian::little ? 1 : 0;
  EXPECT_EQ((halves + high).get(), 0x11111111U);
  EXPECT_EQ((halves + (1 - high)).get(), 0x22222222U);
  (halves + high).put(0x33333333U);
  EXPECT_EQ(word.get(), 0x3333333322222222U);
  EXPECT_EQ((halves + 1) - halves, 1);
  EXPECT_EQ(reinterpret_pointer_cast<std::uint64_t>(halves), word);
  liana::barrier();
}

template <class T>
concept swappable_by_std = requires(T& left, T& right) {
  std::swap(left, right);
};

// std::swap would keep one of the proxies, which reads what the other one was given meanwhile.
TEST(reference, is_swapped_by_value_or_not_at_all) {
  static_assert(!swappable_by_std<liana::global_reference<int>>);
  const auto p = liana::make_global_array<int>(3);
  p[0] = 10;
  p[1] = 11;
  auto first = p[0];
  auto second = p[1];
  swap(first, second);
  EXPECT_EQ(p[0], 11);
  EXPECT_EQ(p[1], 10);
  using std::swap;
  swap(first, second);
  swap(p[0], p[2]);
  EXPECT_EQ(p[0], 0);
  EXPECT_EQ(p[1], 11);
  EXPECT_EQ(p[2], 10);
  first = second;
  p[2] = p[1];
  EXPECT_EQ(p[0], 11);
  EXPECT_EQ(p[2], 11);
}

TEST(pointer_home, is_known_on_every_rank) {
  const auto pointers = from_every_rank(liana::make_global<int>(liana::rank()));
  for (liana::rank_t home = 0; home < liana::size(); ++home) {
    const auto pointer = pointers[static_cast<std::size_t>(home)];
    EXPECT_EQ(pointer.home(), home);
    EXPECT_EQ(pointer.get(), home);
    EXPECT_EQ(pointer.is_local(), are_near(home, liana::rank()));
  }
  liana::barrier();
}

TEST(pointer_local, is_plain_memory_between_barriers_on_the_host_of_the_home) {
  const auto pointers = from_every_rank(liana::make_global<int>(-1));
  for (liana::rank_t home = 0; home < liana::size(); ++home) {
    const auto pointer = pointers[static_cast<std::size_t>(home)];
    if (are_near(home, liana::rank())) {
      EXPECT_NE(pointer.local(), nullptr);
    } else {
      EXPECT_EQ(pointer.local(), nullptr);
    }
  }
  *pointers[static_cast<std::size_t>(liana::rank())].local() = 100 + liana::rank();
  liana::barrier();
  for (liana::rank_t home = 0; home < liana::size(); ++home) {
    const auto pointer = pointers[static_cast<std::size_t>(home)];
    EXPECT_EQ(pointer.get(), 100 + home);
    if (const int* raw = pointer.local()) {
      EXPECT_EQ(*raw, 100 + home);
    }
  }
  liana::barrier();
}

struct node {
  global_ptr<node> next;
  std::int64_t value = 0;
};

// The rank that has written still looks at the directory entry of the object, in its next collective call.
TEST(pointer_local, of_an_object_that_is_destroyed_before_the_next_collective_call_disturbs_no_other_object) {
  if (liana::size() == 1) GTEST_SKIP() << "needs two ranks";
  using page = uniform_words<512>;
  for (int round = 0; round < 20; ++round) {
    std::vector<liana::global_ptr<std::int64_t>> small(64);
    for (auto& each : small) each = liana::broadcast(liana::make_global<std::int64_t>(1), 0);
    const auto turn = liana::broadcast(liana::make_atomic<int>(0), 0);
    for (const auto& each : small) static_cast<void>(each.get());  // so that there are marks
    liana::barrier();
    if (liana::rank() == 1) {
      for (const auto& each : small) {
        if (std::int64_t* const plain = each.local(); plain != nullptr) *plain = 2;
      }
      turn.store(1);
    }
    std::vector<liana::global_ptr<page>> pages;
    if (liana::rank() == 0) {
      while (turn.load() != 1) std::this_thread::yield();
      for (const auto& each : small) {
        liana::destroy(each);
        EXPECT_THROW(liana::destroy(each), liana::usage_error);
      }
      for (int i = 0; i < 8; ++i) pages.push_back(liana::make_global<page>(page::filled(~std::uint64_t{0})));
    }
    liana::barrier();
    for (const auto& each : pages) {
      EXPECT_TRUE(each.get().uniform());
      liana::destroy(each);
    }
    liana::barrier();
  }
}

TEST(pointer_in_global_memory, links_a_list_that_all_ranks_push_to) {
  constexpr std::int64_t per_rank = 50;
  const auto head = from_every_rank(liana::make_global<global_ptr<node>>())[0];
  EXPECT_TRUE(head.get() == nullptr);
  liana::barrier();
  for (std::int64_t i = 0; i < per_rank; ++i) {
    const auto added = liana::make_global<node>();
    head.update([&](global_ptr<node>& first) {
      added.put(node{first, liana::rank() * per_rank + i});
      first = added;
    });
  }
  liana::barrier();
  std::set<std::int64_t> found;
  std::vector<std::int64_t> newest(static_cast<std::size_t>(liana::size()), per_rank);
  std::int64_t length = 0;
  for (auto walk = head.get(); walk != nullptr && length <= per_rank * liana::size(); ++length) {
    const node here = walk.get();
    found.insert(here.value);
    // A rank pushes in ascending order to the front, so its values descend along the list.
    const std::int64_t sequence = here.value % per_rank;
    auto& previous = newest[static_cast<std::size_t>(here.value / per_rank)];
    EXPECT_EQ(sequence, previous - 1);
    previous = sequence;
    EXPECT_EQ(walk.home(), here.value / per_rank);
    walk = here.next;
  }
  EXPECT_EQ(length, per_rank * liana::size());
  EXPECT_EQ(found.size(), static_cast<std::size_t>(per_rank * liana::size()));
  liana::barrier();
}

TEST(pointer_in_global_memory, links_a_ring_across_ranks) {
  const auto nodes = from_every_rank(liana::make_global<node>());
  const auto at = [&](liana::rank_t rank) { return nodes[static_cast<std::size_t>(rank % liana::size())]; };
  at(liana::rank()).put(node{at(liana::rank() + 1), liana::rank()});
  liana::barrier();
  auto walk = at(liana::rank());
  for (liana::rank_t step = 0; step < 3 * liana::size(); ++step) {
    EXPECT_EQ(walk.get().value, (liana::rank() + step) % liana::size());
    walk = walk.read()->next;
  }
  EXPECT_EQ(walk, at(liana::rank()));
  liana::barrier();
}

}  // namespace
