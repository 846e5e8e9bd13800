// rank, size, barrier, broadcast and all_reduce.

#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;

TEST(ranks, are_those_of_the_program) {
  int rank = -1;
  int size = -1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  EXPECT_EQ(liana::rank(), rank);
  EXPECT_EQ(liana::size(), size);
}

TEST(barrier, completes_what_was_put_before_it) {
  const auto slots = from_every_rank(liana::make_global<std::int64_t>(0));
  for (std::int64_t round = 1; round <= 50; ++round) {
    slots[static_cast<std::size_t>((liana::rank() + round) % liana::size())].put(round);
    liana::barrier();
    for (const auto& slot : slots) EXPECT_EQ(slot.get(), round);
    liana::barrier();
  }
}

TEST(barrier, lets_nobody_pass_before_all_are_there) {
  const auto counter = from_every_rank(liana::make_global<std::int64_t>(0))[0];
  for (std::int64_t round = 1; round <= 30; ++round) {
    counter.update([](std::int64_t& value) { ++value; });
    liana::barrier();
    EXPECT_GE(counter.get(), round * liana::size());
    EXPECT_LT(counter.get(), (round + 1) * liana::size());
    liana::barrier();
  }
}

template <class T>
class broadcast_of : public ::testing::Test {};
using broadcast_types = ::testing::Types<char, std::int16_t, int, std::uint64_t, double, sized<3>, sized<100>,
                                         sized<65536>, sized<1'000'000>>;
TYPED_TEST_SUITE(broadcast_of, broadcast_types);

TYPED_TEST(broadcast_of, gives_every_rank_the_value_of_any_root) {
  for (liana::rank_t root = 0; root < liana::size(); ++root) {
    const auto mine = numbered<TypeParam>(static_cast<std::uint64_t>(liana::rank()));
    EXPECT_TRUE(holds(liana::broadcast(mine, root), static_cast<std::uint64_t>(root))) << "root " << root;
  }
}

TEST(broadcast_of, global_pointers_keeps_them_usable) {
  const auto object = liana::make_global<int>(liana::rank() + 100);
  for (liana::rank_t root = 0; root < liana::size(); ++root) {
    EXPECT_EQ(liana::broadcast(object, root).get(), root + 100);
  }
  EXPECT_TRUE(liana::broadcast(global_ptr<int>(), 0) == nullptr);
  liana::barrier();
  liana::destroy(object);
}

TEST(broadcast_of, booleans_and_temporaries) {
  EXPECT_TRUE(liana::broadcast(liana::rank() == liana::size() - 1, liana::size() - 1));
  EXPECT_FALSE(liana::broadcast(liana::rank() != 0, 0));
}

TEST(broadcast_of, a_root_that_does_not_exist_is_a_usage_error) {
  const int roots[] = {-1, liana::size(), std::numeric_limits<int>::max()};
  for (const int root : roots) {
    EXPECT_TRUE(throws_naming<liana::usage_error>([&] { (void)liana::broadcast(1, root); },
                                                  {"broadcast", std::to_string(root)}));
  }
}

TEST(all_reduce, adds_multiplies_and_compares_with_any_callable) {
  const std::int64_t mine = liana::rank() + 1;
  const std::int64_t n = liana::size();
  EXPECT_EQ(liana::all_reduce(mine, [](std::int64_t a, std::int64_t b) { return a + b; }), n * (n + 1) / 2);
  EXPECT_EQ(liana::all_reduce(mine, std::plus<>{}), n * (n + 1) / 2);
  EXPECT_EQ(liana::all_reduce(mine, [](std::int64_t a, std::int64_t b) { return std::max(a, b); }), n);
  EXPECT_EQ(liana::all_reduce(mine, [](std::int64_t a, std::int64_t b) { return std::min(a, b); }), 1);
  std::int64_t factorial = 1;
  for (std::int64_t i = 2; i <= n; ++i) factorial *= i;
  EXPECT_EQ(liana::all_reduce(mine, std::multiplies<std::int64_t>{}), factorial);
}

TEST(all_reduce, uses_what_its_callable_captures) {
  int modulus = 7;
  int expected = 0;
  for (int rank = 0; rank < liana::size(); ++rank) expected = (expected + 3 * rank) % modulus;
  EXPECT_EQ(liana::all_reduce(3 * liana::rank() % modulus, [modulus](int a, int b) { return (a + b) % modulus; }),
            expected);
}

TEST(all_reduce, of_a_double_is_the_same_to_the_last_bit_on_every_rank) {
  const double mine = 0.1 * (liana::rank() + 1) + 1e-9;
  const double sum = liana::all_reduce(mine, std::plus<>{});
  EXPECT_NEAR(sum, 0.05 * liana::size() * (liana::size() + 1), 1e-6);
  for (const double other : from_every_rank(sum)) EXPECT_TRUE(same(other, sum));
}

TEST(all_reduce, of_structures_keeps_their_fields_together) {
  struct extreme {
    double value;
    std::int64_t rank;
  };
  const extreme mine{liana::rank() == liana::size() / 2 ? 9.0 : 1.0, liana::rank()};
  const extreme largest =
      liana::all_reduce(mine, [](const extreme& a, const extreme& b) { return b.value > a.value ? b : a; });
  EXPECT_EQ(largest.value, 9.0);
  EXPECT_EQ(largest.rank, liana::size() / 2);
}

// Composition of x -> a x + b is associative but not commutative; the values are combined in the order of ranks.
TEST(all_reduce, combines_in_the_order_of_ranks) {
  struct affine {
    std::int64_t a;
    std::int64_t b;
  };
  const auto then = [](affine f, affine g) { return affine{g.a * f.a, g.a * f.b + g.b}; };
  const auto of_rank = [](std::int64_t rank) { return affine{rank % 3 + 2, rank * 7 + 1}; };
  affine expected = of_rank(0);
  for (std::int64_t rank = 1; rank < liana::size(); ++rank) expected = then(expected, of_rank(rank));
  const affine found = liana::all_reduce(of_rank(liana::rank()), then);
  EXPECT_EQ(found.a, expected.a);
  EXPECT_EQ(found.b, expected.b);
}

TEST(all_reduce, and_the_programs_own_messages_do_not_mix) {
  const int next = (liana::rank() + 1) % liana::size();
  const int previous = (liana::rank() + liana::size() - 1) % liana::size();
  int received = -1;
  const int sent = liana::rank();
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Irecv(&received, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &request);
  EXPECT_EQ(liana::all_reduce(1, std::plus<>{}), liana::size());
  liana::barrier();
  EXPECT_EQ(liana::broadcast(liana::rank(), 0), 0);
  EXPECT_EQ(received, -1);
  plain_barrier();  // nobody sends before all have looked
  MPI_Send(&sent, 1, MPI_INT, next, 5, MPI_COMM_WORLD);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
  EXPECT_EQ(received, previous);
}

}  // namespace
