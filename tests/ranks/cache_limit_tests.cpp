// Caches that are too small for what a thread holds at once: an error that says so, and everything is given back.

#include <gtest/gtest.h>

#include "tests/ranks/lifecycle_support.hpp"

namespace {

using namespace liana_tests;

using page = uniform_words<512>;

constexpr std::size_t cache_pages = 32;
constexpr std::size_t pages = 2 * cache_pages;

// Pages at rank 0; rank 1, which is far from there, does not have room for all of them.
class too_small_cache : public ::testing::Test {
 protected:
  void SetUp() override {
    if (world_size() < 2) GTEST_SKIP() << "one rank needs no cache";
    runtime.emplace(MPI_COMM_WORLD, liana::options{.cache_bytes = cache_pages * 4096, .hosts = "each"});
    array = liana::make_array<page>(pages * static_cast<std::size_t>(liana::size()));
    if (liana::rank() == 0) {
      for (std::size_t i = 0; i < pages; ++i) array[i] = page::filled(i);
    }
    liana::barrier();
  }

  void TearDown() override { array = {}; }

  // That rank 1 holds nothing any more: rank 0 writes all pages, and rank 1 reads them.
  void expect_usable_by_all() {
    liana::barrier();
    if (liana::rank() == 0) {
      for (std::size_t i = 0; i < pages; ++i) array[i] = page::filled(1000 + i);
    }
    liana::barrier();
    if (liana::rank() == 1) {
      for (std::size_t i = 0; i < pages; ++i) {
        EXPECT_EQ(static_cast<page>(array[i]).value[511], 1000 + i);
      }
      const auto view = array.write(0, cache_pages / 4);
      EXPECT_EQ(view[0].value[0], 1000U);
    }
    liana::barrier();
  }

  std::optional<liana::runtime> runtime;
  liana::array<page> array;
};

TEST_F(too_small_cache, for_all_read_guards_is_a_resource_error_that_counts_what_is_held) {
  if (liana::rank() == 1) {
    std::vector<liana::read_guard<page>> guards;
    const auto hold_all = [&] {
      for (std::size_t i = 0; i < pages; ++i) guards.push_back((&array[i]).read());
    };
    EXPECT_TRUE(throws_naming<liana::resource_error>(
        hold_all, {"read of", "no room for a replica of 4096 bytes", "131072 bytes", "LIANA_CACHE_BYTES"}));
    EXPECT_GE(guards.size(), cache_pages / 2);
    for (std::size_t i = 0; i < guards.size(); ++i) EXPECT_EQ(guards[i]->value[100], i);
    // What is bulky needs room as well.
    const std::vector<page> values(4, page::filled(7));
    EXPECT_THROW(array.put(pages - 4, values), liana::resource_error);
    std::vector<page> found(4);
    EXPECT_THROW(array.get(pages - 4, found), liana::resource_error);
    guards.pop_back();
    EXPECT_EQ(static_cast<page>(array[pages - 1]).value[0], pages - 1);
  }
  expect_usable_by_all();
}

TEST_F(too_small_cache, for_a_read_view_is_a_resource_error_and_the_view_holds_nothing) {
  if (liana::rank() == 1) {
    EXPECT_TRUE(throws_naming<liana::resource_error>(
        [&] { (void)array.read(0, pages); },
        {"read of 64 blocks", "262144 bytes of replicas", "131072 bytes", "walk()", "LIANA_CACHE_BYTES"}));
  } else if (liana::rank() == 0) {
    // Its own page, the first, is read in place.
    EXPECT_THROW((void)array.read(pages - 1, 1 + pages), liana::resource_error);
  }
  expect_usable_by_all();
}

TEST_F(too_small_cache, for_a_write_view_is_a_resource_error_and_the_view_holds_nothing) {
  if (liana::rank() == 1) {
    EXPECT_TRUE(
        throws_naming<liana::resource_error>([&] { (void)array.write(0, pages); }, {"write of", "LIANA_CACHE_BYTES"}));
  }
  expect_usable_by_all();
}

}  // namespace
