// The checkers against the search through all orders, on histories that were really played and on ones that were
// changed afterwards; and how fast they are.

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/history/check_blocks.hpp"
#include "tests/history/check_order.hpp"
#include "tests/history/reference.hpp"

namespace liana_tests {

namespace {

std::uint64_t chosen_seed() {
  const char* const wanted = std::getenv("LIANA_TEST_SEED");
  return wanted == nullptr ? std::random_device{}() : std::strtoull(wanted, nullptr, 10);
}

bool has_updates(const history& all) {
  for (const access& one : all) {
    if (one.updates) return true;
  }
  return false;
}

// Each version with a probability of `percent`.
history forget_versions(history all, std::uint64_t percent, std::mt19937_64& random) {
  for (access& one : all) {
    if (random() % 100 < percent) one.version = unknown_version;
  }
  return all;
}

// Two accesses of a block exchange what they saw, if both read or both wrote; otherwise the one that read sees what the
// other wrote, or the initial value.
void mutate(history& all, std::mt19937_64& random) {
  for (int attempt = 0; attempt < 50; ++attempt) {
    access& one = all[random() % all.size()];
    access& other = all[random() % all.size()];
    if (one.block != other.block) continue;
    if (one.write == other.write) {
      std::swap(one.version, other.version);
      std::swap(one.value, other.value);
    } else {
      access& reader = one.write ? other : one;
      const access& writer = one.write ? one : other;
      reader.version = random() % 3 == 0 ? 0 : writer.version;
      reader.value = value_of(reader.version);
    }
    return;
  }
}

std::string listed(const history& all) {
  std::string text;
  for (const access& one : all) text += describe(one) + (one.updates ? " updating\n" : "\n");
  return text;
}

class random_histories : public ::testing::Test {
 protected:
  random_histories() : seed(chosen_seed()), random(seed) { RecordProperty("seed", std::to_string(seed)); }

  history played() { return random_execution(random_program(random), random); }

  std::uint64_t seed;
  std::mt19937_64 random;
  block_checker blocks;
  order_checker order;
};

TEST_F(random_histories, pass_as_they_were_played) {
  SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed));
  for (int i = 0; i < 20'000; ++i) {
    const history all = forget_versions(played(), random() % 101, random);
    const auto in_blocks = blocks.check(all);
    ASSERT_FALSE(in_blocks) << in_blocks->what << "\n" << listed(all);
    const auto in_order = order.check(all);
    ASSERT_FALSE(in_order) << in_order->what << "\n" << listed(all);
  }
}

TEST_F(random_histories, are_judged_as_by_trying_all_orders) {
  SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed));
  std::size_t wrong_in_order = 0;
  std::size_t wrong_in_time = 0;
  for (int i = 0; i < 4'000; ++i) {
    history all = played();
    for (std::uint64_t changes = 1 + random() % 2; changes != 0; --changes) mutate(all, random);
    const bool ordered = can_be_explained(all, false);
    const bool in_time = can_be_explained(all, true);
    ASSERT_EQ(!order.check(all), ordered) << listed(all);
    ASSERT_EQ(!blocks.check(all), in_time) << listed(all);
    wrong_in_order += ordered ? 0U : 1U;
    wrong_in_time += in_time ? 0U : 1U;
  }
  EXPECT_GT(wrong_in_order, 100U);
  EXPECT_GT(wrong_in_time, wrong_in_order);
}

TEST_F(random_histories, without_versions_are_judged_in_time_as_by_trying_and_never_falsely_in_order) {
  SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed));
  std::size_t wrong_in_order = 0;
  std::size_t seen_in_order = 0;
  for (int i = 0; i < 4'000; ++i) {
    history all = played();
    mutate(all, random);
    all = forget_versions(all, i % 2 == 0 ? 100 : random() % 100, random);
    const bool ordered = can_be_explained(all, false);
    const bool in_time = can_be_explained(all, true);
    const bool passed_in_order = !order.check(all);
    const bool passed_in_time = !blocks.check(all);
    ASSERT_TRUE(passed_in_order || !ordered) << order.check(all)->what << "\n" << listed(all);
    ASSERT_TRUE(passed_in_time || !in_time) << blocks.check(all)->what << "\n" << listed(all);
    if (i % 2 == 0 && !has_updates(all)) {
      ASSERT_EQ(passed_in_time, in_time) << listed(all);
    }
    wrong_in_order += ordered ? 0U : 1U;
    seen_in_order += passed_in_order ? 0U : 1U;
  }
  std::printf("of %zu histories that have no order, %zu were seen without all versions\n", wrong_in_order,
              seen_in_order);
  EXPECT_GT(seen_in_order, wrong_in_order / 2);
}

// A long program in which everybody does everything.
program long_program(std::uint32_t processes, std::uint32_t blocks, std::size_t accesses, std::mt19937_64& random) {
  program result(processes);
  for (std::size_t i = 0; i < accesses; ++i) {
    const auto block = static_cast<std::uint32_t>(random() % blocks);
    result[random() % processes].push_back({.block = block, .write = random() % 3 == 0});
  }
  return result;
}

void expect_speed(const std::vector<history>& histories, const std::string& what) {
  block_checker blocks;
  order_checker order;
  std::size_t accesses = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const history& all : histories) {
    const auto found = blocks.check(all);
    ASSERT_FALSE(found) << found->what;
    accesses += all.size();
  }
  const auto middle = std::chrono::steady_clock::now();
  for (const history& all : histories) {
    const auto found = order.check(all);
    ASSERT_FALSE(found) << found->what;
  }
  const auto end = std::chrono::steady_clock::now();
  const auto rate = [&](auto from, auto to) {
    return static_cast<double>(accesses) / std::chrono::duration<double, std::micro>(to - from).count();
  };
  std::printf("%s: blocks %.1f million accesses/s, order %.1f\n", what.c_str(), rate(start, middle), rate(middle, end));
}

TEST_F(random_histories, are_checked_fast) {
  std::vector<history> small;
  small.reserve(2'000);
  for (int i = 0; i < 2'000; ++i) small.push_back(random_execution(long_program(4, 3, 100, random), random));
  expect_speed(small, "2000 histories of 100 accesses");
  for (history& all : small) all = forget_versions(all, 100, random);
  expect_speed(small, "the same without versions");
}

// What makes histories for the tests above is too slow for a million accesses.
TEST_F(random_histories, may_be_long) {
  constexpr std::size_t length = 1'000'000;
  history all;
  std::vector<std::uint64_t> versions(200, 0);
  for (std::size_t i = 0; i < length; ++i) {
    access one{.process = static_cast<std::uint32_t>(random() % 8),
               .block = static_cast<std::uint32_t>(random() % versions.size()),
               .write = random() % 3 == 0,
               .begin = 10 * i + 1,
               .end = 10 * i + 5};
    one.version = one.write ? ++versions[one.block] : versions[one.block];
    one.value = value_of(one.version);
    all.push_back(one);
  }
  expect_speed({all}, "a million accesses");
  // One late read sees an older version: the cycle is found among a million.
  const auto first = all.end() - 5000;
  const auto reader = std::find_if(first, all.end(), [](const access& one) { return !one.write && one.version > 100; });
  ASSERT_NE(reader, all.end());
  reader->version -= 50;
  reader->value = value_of(reader->version);
  EXPECT_TRUE(check_blocks(all));
  const auto found = check_order(all);
  ASSERT_TRUE(found);
  EXPECT_LT(found->what.size(), 10'000U) << found->what;
}

}  // namespace

}  // namespace liana_tests
