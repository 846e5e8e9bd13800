#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "apps/gups/updates.hpp"

namespace gups {
namespace {

TEST(update_stream, begins_as_the_official_one) {
  update_stream stream(0);
  EXPECT_EQ(stream.next(), 2U);
  EXPECT_EQ(stream.next(), 4U);
  for (int i = 3; i < 64; ++i) stream.next();
  EXPECT_EQ(stream.next(), 7U);  // x^64 = x^2 + x + 1
}

TEST(update_stream, begins_anywhere) {
  update_stream all(0);
  for (std::uint64_t first = 0; first < 1000; ++first) {
    EXPECT_EQ(update_stream(first).next(), all.next()) << first;
  }
}

TEST(update_stream, repeats_after_its_period) {
  constexpr std::uint64_t period = 1317624576693539401U;
  EXPECT_EQ(update_stream::power(period), 1U);
  EXPECT_EQ(update_stream(period + 5).next(), update_stream(5).next());
}

TEST(updates_of, deals_every_update_out_once) {
  const problem of{.log2_words = 3, .updates_per_word = 3};
  for (int ranks = 1; ranks < 40; ++ranks) {
    std::uint64_t next = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      const auto [first, end] = updates_of(of, {.rank = rank, .ranks = ranks});
      EXPECT_EQ(first, next);
      EXPECT_LE(end - first, of.updates() / static_cast<std::uint64_t>(ranks) + 1);
      next = end;
    }
    EXPECT_EQ(next, of.updates());
  }
}

std::vector<std::uint64_t> updated(const problem& of) {
  std::vector<std::uint64_t> words(of.words());
  std::iota(words.begin(), words.end(), std::uint64_t{0});
  update_stream stream(0);
  for (std::uint64_t i = 0; i < of.updates(); ++i) {
    const std::uint64_t update = stream.next();
    words[update & of.mask()] ^= update;
  }
  return words;
}

TEST(wrong_words, are_none_after_all_updates) {
  const problem of{.log2_words = 10};
  const std::vector<std::uint64_t> words = updated(of);
  EXPECT_EQ(wrong_words(of, 0, words), 0U);
  EXPECT_EQ(wrong_words(of, 300, std::span(words).subspan(300, 200)), 0U);
  EXPECT_EQ(wrong_words(of, 1024, {}), 0U);
}

TEST(wrong_words, are_those_that_miss_an_update) {
  const problem of{.log2_words = 10};
  std::vector<std::uint64_t> words = updated(of);
  words[7] ^= update_stream(11).next();
  words[500] += 1;
  EXPECT_EQ(wrong_words(of, 0, words), 2U);
  EXPECT_EQ(wrong_words(of, 500, std::span(words).subspan(500)), 1U);
}

}  // namespace
}  // namespace gups
