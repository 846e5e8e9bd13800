// Every kind of violation is seen, and named; what resembles it and is none passes.

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/history/check_blocks.hpp"
#include "tests/history/check_order.hpp"
#include "tests/history/reference.hpp"

namespace liana_tests {

namespace {

struct times {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Accesses to block 5 unless said otherwise.
access wrote(std::uint32_t process, std::uint64_t version, times when = {}, std::uint32_t block = 5) {
  return {.process = process,
          .block = block,
          .write = true,
          .version = version,
          .value = value_of(version),
          .begin = when.begin,
          .end = when.end};
}

access saw(std::uint32_t process, std::uint64_t version, times when = {}, std::uint32_t block = 5) {
  access result = wrote(process, version, when, block);
  result.write = false;
  return result;
}

history without_versions(history all) {
  for (access& one : all) one.version = unknown_version;
  return all;
}

history updating(std::uint32_t process, std::uint64_t from, std::uint64_t to) {
  access write = wrote(process, to);
  write.updates = true;
  return {saw(process, from), write};
}

history joined(const std::vector<history>& parts) {
  history all;
  for (const history& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

::testing::AssertionResult contains(const std::optional<violation>& found, const std::string& text) {
  if (!found) return ::testing::AssertionFailure() << "no violation was found";
  if (found->what.find(text) == std::string::npos) {
    return ::testing::AssertionFailure() << "'" << text << "' is not in: " << found->what;
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult passes(const std::optional<violation>& found) {
  return found ? ::testing::AssertionFailure() << found->what : ::testing::AssertionSuccess();
}

TEST(check_blocks, sees_a_stale_read_with_and_without_versions) {
  const history stale{wrote(0, 1, {10, 20}), saw(1, 0, {21, 30})};
  EXPECT_TRUE(contains(check_blocks(stale), "stale: process 0 wrote block 5 version 1 [10, 20]"));
  EXPECT_TRUE(contains(check_blocks(stale), "process 1 read block 5 version 0 [21, 30]"));
  EXPECT_TRUE(contains(check_blocks(without_versions(stale)), "no order of the writes"));
  const history overlapping{wrote(0, 1, {10, 20}), saw(1, 0, {20, 30})};
  EXPECT_TRUE(passes(check_blocks(overlapping)));
  EXPECT_TRUE(passes(check_blocks(without_versions(overlapping))));
  EXPECT_TRUE(passes(check_order(stale))) << "times play no part in the order";
}

TEST(check_blocks, sees_a_read_from_the_future) {
  const history early{saw(1, 1, {1, 9}), wrote(0, 1, {10, 20})};
  EXPECT_TRUE(contains(check_blocks(early), "future"));
  EXPECT_TRUE(contains(check_blocks(without_versions(early)), "future"));
  EXPECT_TRUE(passes(check_blocks(history{saw(1, 1, {1, 10}), wrote(0, 1, {10, 20})})));
}

TEST(check_blocks, sees_that_a_later_reader_saw_the_older_value) {
  const history inversion{wrote(0, 1, {1, 9}), wrote(0, 2, {10, 90}), saw(1, 2, {20, 30}), saw(2, 1, {31, 40})};
  EXPECT_TRUE(contains(check_blocks(inversion), "stale: process 1 read"));
  EXPECT_TRUE(contains(check_blocks(without_versions(inversion)), "no order of the writes"));
  history overlapping = inversion;
  overlapping[3].begin = 30;
  EXPECT_TRUE(passes(check_blocks(overlapping)));
  EXPECT_TRUE(passes(check_blocks(without_versions(overlapping))));
}

TEST(check_blocks, sees_writes_ordered_against_time) {
  EXPECT_TRUE(contains(check_blocks(history{wrote(0, 2, {1, 2}), wrote(1, 1, {3, 4})}), "stale"));
  // Without versions it takes readers to know the order.
  const history seen{wrote(0, 1, {1, 9}), wrote(1, 2, {1, 20}), saw(2, 1, {10, 11}), saw(2, 2, {21, 22}),
                     saw(3, 1, {30, 31})};
  EXPECT_TRUE(contains(check_blocks(without_versions(seen)), "no order of the writes"));
  EXPECT_TRUE(passes(check_blocks(without_versions(history(seen.begin(), seen.end() - 1)))));
}

TEST(check_blocks, takes_a_write_that_never_ended_for_done_or_not) {
  EXPECT_TRUE(passes(check_blocks(history{wrote(0, 1, {10, UINT64_MAX}), saw(1, 0, {50, 60}), saw(1, 1, {70, 80})})));
  EXPECT_TRUE(contains(check_blocks(history{wrote(0, 1, {10, UINT64_MAX}), saw(1, 1, {50, 60}), saw(2, 0, {70, 80})}),
                       "stale"));
}

TEST(check_blocks, holds_each_process_to_its_order_without_a_clock) {
  EXPECT_TRUE(contains(check_blocks(history{wrote(0, 1), wrote(0, 2), saw(1, 2), saw(1, 1)}), "went back"));
  EXPECT_TRUE(contains(check_blocks(history{wrote(0, 1), saw(0, 0)}), "went back"));
  EXPECT_TRUE(contains(check_blocks(history{saw(0, 1), wrote(0, 1)}), "went back"));
  EXPECT_TRUE(passes(check_blocks(history{wrote(0, 1), wrote(0, 2), saw(1, 2), saw(2, 1)})));
}

// What no order can explain is told by both checkers, in the same words.
class contradiction : public ::testing::Test {
 protected:
  static void expect(const history& all, const std::string& text) {
    EXPECT_TRUE(contains(check_blocks(all), text));
    EXPECT_TRUE(contains(check_order(all), text));
  }
};

TEST_F(contradiction, of_two_writes_of_one_version) {
  history lost{wrote(0, 1), wrote(1, 1)};
  lost[1].value = 77;
  expect(lost, "two writes made one version: process 0 wrote block 5 version 1 and process 1 wrote block 5 version 1");
}

TEST_F(contradiction, of_two_writes_of_one_value) {
  expect(without_versions({wrote(0, 1), wrote(1, 1)}), "two writes left one value");
}

TEST_F(contradiction, of_a_value_that_nobody_wrote) {
  expect({wrote(0, 1), saw(1, 2)}, "nobody wrote value 1002: process 1 read block 5 version 2");
  expect({wrote(0, 1, {}, 4), saw(1, 1)}, "nobody wrote");
}

TEST_F(contradiction, of_a_version_with_another_value) {
  history torn{wrote(0, 1), wrote(0, 2), saw(1, 1)};
  torn[2].value = value_of(2);
  expect(torn, "was not of this version: process 0 wrote block 5 version 2");
  history initial{saw(0, 0), wrote(1, 1)};
  initial[0].version = 1;
  expect(initial, "was not of this version: the initial value of block 5");
}

TEST_F(contradiction, of_two_reads_of_a_value_with_different_versions) {
  history all{wrote(0, 1), saw(1, 1), saw(2, 1)};
  all[0].version = unknown_version;
  all[2].version = 2;
  expect(all, "was not of this version");
}

TEST_F(contradiction, of_two_updates_of_one_value) {
  const history both = joined({{wrote(0, 1)}, updating(1, 1, 2), updating(2, 1, 3)});
  expect(without_versions(both), "an update was lost");
  expect(both, "an update was lost");
  const history one_blind = joined({{wrote(0, 1)}, updating(1, 1, 2), {saw(2, 1), wrote(2, 3)}});
  EXPECT_TRUE(passes(check_blocks(without_versions(one_blind))));
  EXPECT_TRUE(passes(check_order(without_versions(one_blind))));
}

TEST(check_order, sees_that_something_came_between_the_parts_of_an_update) {
  // Process 2 saw what process 3 put blindly between the two values of process 1's update.
  const history between = joined({{wrote(0, 1)}, updating(1, 1, 2), {wrote(3, 3)}, {saw(2, 1), saw(2, 3), saw(2, 2)}});
  EXPECT_TRUE(contains(check_order(without_versions(between)), "no sequential order"));
  const history after = joined({{wrote(0, 1)}, updating(1, 1, 2), {wrote(3, 3)}, {saw(2, 1), saw(2, 2), saw(2, 3)}});
  EXPECT_TRUE(passes(check_order(without_versions(after))));
}

TEST(check_order, takes_versions_that_only_readers_know) {
  history all{wrote(0, 1), wrote(1, 2), saw(2, 2), saw(2, 1)};
  EXPECT_TRUE(contains(check_order(all), "no sequential order"));
  all[0].version = all[1].version = unknown_version;
  EXPECT_TRUE(contains(check_order(all), "no sequential order"));
}

TEST(check_order, respects_versions_with_gaps) {
  // Versions 2 and 4 belong to writes that do not know them.
  history all{wrote(0, 1), wrote(0, 3), wrote(1, 7), wrote(1, 8), saw(2, 3), saw(2, 7), saw(2, 1)};
  all[2].version = all[3].version = all[5].version = unknown_version;
  EXPECT_TRUE(contains(check_order(all), "no sequential order"));
  all.pop_back();
  EXPECT_TRUE(passes(check_order(all)));
}

TEST(check_order, reports_the_shortest_cycle_with_its_labels) {
  // Store buffering, with other accesses around it.
  const history all{wrote(0, 1, {}, 1), wrote(1, 1, {}, 2), saw(0, 0, {}, 9), saw(1, 0, {}, 9), saw(0, 0, {}, 9),
                    saw(0, 0, {}, 2),   saw(1, 0, {}, 1),   saw(2, 1, {}, 1), saw(2, 1, {}, 2)};
  EXPECT_TRUE(contains(check_order(all),
                       "no sequential order:\n"
                       "  process 0 wrote block 1 version 1 -po->\n"
                       "  process 0 read block 2 version 0 -fr->\n"
                       "  process 1 wrote block 2 version 1 -po->\n"
                       "  process 1 read block 1 version 0 -fr->\n"
                       "  the first again"));
}

TEST(check_history, refuses_what_is_no_history) {
  EXPECT_THROW((void)check_order(history{wrote(0, 1, {5, 4})}), std::invalid_argument);
  EXPECT_THROW((void)check_order(history{wrote(0, 0)}), std::invalid_argument);
  access update = wrote(0, 1);
  update.updates = true;
  EXPECT_THROW((void)check_blocks(history{update}), std::invalid_argument);
  EXPECT_THROW((void)check_blocks(history{saw(0, 0, {}, 4), update}), std::invalid_argument);
}

TEST(check_history, passes_what_is_empty) {
  EXPECT_TRUE(passes(check_blocks({})));
  EXPECT_TRUE(passes(check_order({})));
}

TEST(check_history, forgets_the_history_before) {
  block_checker blocks;
  order_checker order;
  for (int i = 0; i < 3; ++i) {
    const history lost = joined({updating(1, 0, 1), updating(2, 0, 2)});
    EXPECT_TRUE(contains(blocks.check(without_versions(lost)), "lost"));
    EXPECT_TRUE(contains(order.check(without_versions(lost)), "lost"));
    const history good{saw(0, 0), wrote(1, 1), saw(0, 1)};
    EXPECT_TRUE(passes(blocks.check(good)));
    EXPECT_TRUE(passes(order.check(good)));
  }
}

}  // namespace

}  // namespace liana_tests
