// liana::stats(): each counter moves with what it counts, on far accesses and at the home. Options that need their own
// runtime (tiny caches and tables) are in lifecycle_statistics_tests.cpp.

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;

using page = uniform_words<512>;

// The object of rank 0, and the roles of the ranks: a reader that is far from it and the home as writer.
class far_statistics : public ::testing::Test {
 protected:
  void SetUp() override {
    reader = some_far_rank(0);
    if (reader < 0) GTEST_SKIP() << "all ranks share the host of rank 0, so nothing is far";
    object = liana::broadcast(liana::make_global<page>(page::filled(1)), 0);
  }

  bool reads() const { return liana::rank() == reader; }

  liana::rank_t reader = -1;
  global_ptr<page> object;
};

TEST_F(far_statistics, first_get_misses_and_fetches_the_block) {
  liana::barrier();
  if (reads()) {
    const auto before = liana::stats();
    EXPECT_EQ(object.get().value[0], 1U);
    const auto after = liana::stats();
    EXPECT_EQ(after.misses - before.misses, 1U);
    EXPECT_EQ(after.hits - before.hits, 0U);
    EXPECT_GE(after.bytes_read - before.bytes_read, sizeof(page));
    EXPECT_LT(after.bytes_read - before.bytes_read, 3 * sizeof(page)) << "a retry or two may read again, not more";
    EXPECT_EQ(after.invalidations_sent - before.invalidations_sent, 0U);
  }
  liana::barrier();
}

TEST_F(far_statistics, further_gets_hit_and_move_nothing) {
  if (reads()) {
    EXPECT_EQ(object.get().value[0], 1U);
  }
  liana::barrier();
  if (reads()) {
    const auto before = liana::stats();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(object.get().value[0], 1U);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(object.read()->value[0], 1U);
    const auto after = liana::stats();
    EXPECT_EQ(after.hits - before.hits, 200U);
    EXPECT_EQ(after.misses - before.misses, 0U);
    EXPECT_EQ(after.bytes_read - before.bytes_read, 0U);
    EXPECT_EQ(after.bytes_written - before.bytes_written, 0U);
  }
  liana::barrier();
}

TEST_F(far_statistics, a_write_invalidates_the_readeronce) {
  if (reads()) {
    EXPECT_EQ(object.get().value[0], 1U);
  }
  const auto before = liana::stats();
  liana::barrier();
  if (liana::rank() == 0) {
    object.put(page::filled(2));
    EXPECT_EQ(liana::stats().invalidations_sent - before.invalidations_sent, 1U);
    // Nobody registered again, so nobody is told again.
    object.put(page::filled(3));
    EXPECT_EQ(liana::stats().invalidations_sent - before.invalidations_sent, 1U);
  }
  liana::barrier();
  if (reads()) {
    EXPECT_EQ(object.get().value[0], 3U);
    const auto after = liana::stats();
    EXPECT_EQ(after.invalidations_received - before.invalidations_received, 1U);
    EXPECT_EQ((after.misses - before.misses) + (after.revalidations - before.revalidations), 1U);
    EXPECT_EQ(after.hits - before.hits, 0U);
    EXPECT_GE(after.bytes_read - before.bytes_read, sizeof(page));
  }
  liana::barrier();
}

TEST_F(far_statistics, a_far_put_counts_the_bytes_it_writes) {
  liana::barrier();
  if (reads()) {
    const auto before = liana::stats();
    object.put(page::filled(9));
    liana::barrier();
    const auto after = liana::stats();
    EXPECT_GE(after.bytes_written - before.bytes_written, sizeof(page));
    EXPECT_LT(after.bytes_written - before.bytes_written, sizeof(page) + 512);
  } else {
    liana::barrier();
  }
  EXPECT_EQ(object.get().value[0], 9U);
  liana::barrier();
}

TEST_F(far_statistics, a_put_of_a_word_moves_no_block) {
  const auto word = reinterpret_pointer_cast<std::uint64_t>(object) + 100;
  liana::barrier();
  if (reads()) {
    const auto before = liana::stats();
    word.put(5);
    liana::barrier();
    const auto after = liana::stats();
    EXPECT_GE(after.bytes_written - before.bytes_written, 8U);
    EXPECT_LT((after.bytes_written - before.bytes_written) + (after.bytes_read - before.bytes_read), 1024U);
  } else {
    liana::barrier();
  }
  EXPECT_EQ(object.get().value[100], 5U);
  EXPECT_EQ(object.get().value[101], 1U);
  liana::barrier();
}

TEST_F(far_statistics, a_writer_keeps_its_copy) {
  liana::barrier();
  if (reads()) {
    object.update([](page& value) { value.increment(); });
    const auto before = liana::stats();
    EXPECT_EQ(object.get().value[0], 2U);
    const auto after = liana::stats();
    EXPECT_EQ(after.hits - before.hits, 1U);
    EXPECT_EQ(after.bytes_read - before.bytes_read, 0U);
  }
  liana::barrier();
}

TEST(home_statistics, count_accesses_at_the_home_and_move_nothing) {
  const auto object = liana::make_global<page>(page::filled(1));
  const auto before = liana::stats();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(object.get().value[0], 1U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(object.read()->value[0], 1U);
  for (int i = 0; i < 10; ++i) object.put(page::filled(1));
  const auto after = liana::stats();
  EXPECT_EQ(after.home_accesses - before.home_accesses, 30U);
  EXPECT_EQ(after.hits - before.hits, 0U);
  EXPECT_EQ(after.misses - before.misses, 0U);
  EXPECT_EQ(after.bytes_read - before.bytes_read, 0U);
  EXPECT_EQ(after.bytes_written - before.bytes_written, 0U);
  EXPECT_EQ(after.invalidations_sent - before.invalidations_sent, 0U);
  liana::destroy(object);
}

TEST(statistics, belong_to_the_rank_that_asks) {
  const auto objects = from_every_rank(liana::make_global<page>(page::filled(1)));
  liana::barrier();
  const auto before = liana::stats();
  liana::barrier();
  if (liana::rank() == 0) {
    for (const auto& object : objects) object.update([](page& value) { value.increment(); });
  }
  liana::barrier();
  const auto after = liana::stats();
  if (liana::rank() != 0) {
    EXPECT_EQ(after.hits, before.hits);
    EXPECT_EQ(after.misses, before.misses);
    EXPECT_EQ(after.bytes_read, before.bytes_read);
    EXPECT_EQ(after.bytes_written, before.bytes_written);
    EXPECT_EQ(after.home_accesses, before.home_accesses);
    EXPECT_EQ(after.lock_retries, before.lock_retries);
    EXPECT_EQ(after.evictions, before.evictions);
    EXPECT_EQ(after.spurious_misses, before.spurious_misses);
  }
  liana::barrier();
}

}  // namespace
