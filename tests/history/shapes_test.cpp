// The shapes of Alglave, Maranget and Tautschnig, "Herding cats" (2014): of all outcomes that can be thought of,
// check_order passes exactly those that some execution has, one access after the other.

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/history/check_order.hpp"
#include "tests/history/reference.hpp"

namespace liana_tests {

namespace {

constexpr std::uint32_t x = 0;
constexpr std::uint32_t y = 1;
constexpr std::uint32_t z = 2;

constexpr operation read(std::uint32_t block) { return {.block = block}; }
constexpr operation write(std::uint32_t block) { return {.block = block, .write = true}; }

struct shape {
  std::string name;
  program processes;
};

std::vector<shape> shapes() {
  return {
      {"SB", {{write(x), read(y)}, {write(y), read(x)}}},
      {"MP", {{write(x), write(y)}, {read(y), read(x)}}},
      {"LB", {{read(x), write(y)}, {read(y), write(x)}}},
      {"S", {{write(x), write(y)}, {read(y), write(x)}}},
      {"R", {{write(x), write(y)}, {write(y), read(x)}}},
      {"TwoPlusTwoW", {{write(x), write(y)}, {write(y), write(x)}}},
      {"TwoPlusTwoWRead", {{write(x), write(y), read(y)}, {write(y), write(x), read(x)}}},
      {"IRIW", {{write(x)}, {write(y)}, {read(x), read(y)}, {read(y), read(x)}}},
      {"WRC", {{write(x)}, {read(x), write(y)}, {read(y), read(x)}}},
      {"RWC", {{write(x)}, {read(x), read(y)}, {write(y), read(x)}}},
      {"WRWTwoW", {{write(x)}, {read(x), write(y)}, {write(y), write(x)}}},
      {"ISA2", {{write(x), write(y)}, {read(y), write(z)}, {read(z), read(x)}}},
      {"ThreeSB", {{write(x), read(y)}, {write(y), read(z)}, {write(z), read(x)}}},
      {"ThreeLB", {{read(x), write(y)}, {read(y), write(z)}, {read(z), write(x)}}},
      {"ThreeTwoW", {{write(x), write(y)}, {write(y), write(z)}, {write(z), write(x)}}},
      {"CoRR", {{write(x)}, {read(x), read(x)}}},
      {"CoRRTwo", {{write(x)}, {write(x)}, {read(x), read(x)}, {read(x), read(x)}}},
      {"CoWW", {{write(x), write(x)}, {read(x)}}},
      {"CoWR", {{write(x), read(x)}, {write(x)}}},
      {"CoRW", {{read(x), write(x)}, {write(x)}}},
  };
}

void set_version(access& one, std::uint64_t version) {
  one.version = version;
  one.value = value_of(version);
}

// All accesses by process, so that equal outcomes are equal histories.
history by_process(history all) {
  std::stable_sort(all.begin(), all.end(), [](const access& a, const access& b) { return a.process < b.process; });
  return all;
}

std::vector<std::uint64_t> outcome(const history& all) {
  std::vector<std::uint64_t> versions;
  for (const access& one : all) versions.push_back(one.version);
  return versions;
}

// Gives the accesses from `next` on all combinations of versions: reads any, writes each another.
void for_each_outcome(history& all, std::size_t next, const std::vector<std::uint64_t>& writes,
                      const std::function<void(const history&)>& visit) {
  if (next == all.size()) return visit(all);
  access& one = all[next];
  for (std::uint64_t version = one.write ? 1 : 0; version <= writes[one.block]; ++version) {
    const bool taken =
        one.write &&
        std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(next), [&](const access& other) {
          return other.write && other.block == one.block && other.version == version;
        });
    if (taken) continue;
    set_version(one, version);
    for_each_outcome(all, next + 1, writes, visit);
  }
}

class shape_test : public ::testing::TestWithParam<shape> {};

TEST_P(shape_test, passes_exactly_the_outcomes_that_executions_have) {
  std::set<std::vector<std::uint64_t>> allowed;
  history any;
  for_each_execution(GetParam().processes, [&](const history& played) {
    any = by_process(played);
    allowed.insert(outcome(any));
  });
  std::vector<std::uint64_t> writes(3, 0);
  for (const access& one : any) writes[one.block] += one.write ? 1U : 0U;
  order_checker checker;
  std::size_t passed = 0;
  std::size_t reported = 0;
  for_each_outcome(any, 0, writes, [&](const history& all) {
    const bool expected = allowed.contains(outcome(all));
    const auto found = checker.check(all);
    EXPECT_EQ(!found, expected) << ::testing::PrintToString(outcome(all)) << (found ? found->what : "");
    EXPECT_EQ(can_be_explained(all, false), expected) << ::testing::PrintToString(outcome(all));
    if (found) {
      EXPECT_NE(found->what.find("no sequential order"), std::string::npos);
    }
    ++(found ? reported : passed);
  });
  EXPECT_EQ(passed, allowed.size());
  EXPECT_GT(reported, 0U);
  RecordProperty("reported", static_cast<int>(reported));
}

TEST_P(shape_test, passes_what_executions_have_when_no_version_is_known) {
  order_checker checker;
  for_each_execution(GetParam().processes, [&](const history& played) {
    history all = played;
    for (access& one : all) one.version = unknown_version;
    const auto found = checker.check(all);
    EXPECT_FALSE(found) << found->what;
  });
}

INSTANTIATE_TEST_SUITE_P(all, shape_test, ::testing::ValuesIn(shapes()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace

}  // namespace liana_tests
