#include "tests/ranks/rank_report.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <gtest/gtest.h>

namespace liana_tests {

namespace {

// Noted at the start of each test, because gtest cannot be asked while it reports: it holds its mutex then.
std::string& current_test() {
  static std::string name = "no test";
  return name;
}

class failures_of_rank : public ::testing::EmptyTestEventListener {
 public:
  explicit failures_of_rank(int rank) : rank_(rank) {}

 private:
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (!result.failed()) return;
    const char* file = result.file_name() == nullptr ? "unknown file" : result.file_name();
    std::fprintf(stderr, "[rank %d] %s:%d: failure in %s\n[rank %d] %s\n", rank_, file, result.line_number(),
                 current_test().c_str(), rank_, result.message());
  }

  int rank_;
};

class action_before_test : public ::testing::EmptyTestEventListener {
 public:
  explicit action_before_test(void (*action)()) : action_(action) {}

 private:
  void OnTestStart(const ::testing::TestInfo& test) override {
    current_test() = std::string(test.test_suite_name()) + "." + test.name();
    action_();
  }

  void (*action_)();
};

}  // namespace

int run_tests_of_rank(int rank, void (*before_each)()) {
  // An exception that leaves a test would leave this rank out of step with the collectives of the
  // others, so it ends the whole job instead of only the test.
  GTEST_FLAG_SET(catch_exceptions, false);
  auto* unit_test = ::testing::UnitTest::GetInstance();
  auto& listeners = unit_test->listeners();
  if (rank != 0) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new failures_of_rank(rank));
  }
  listeners.Append(new action_before_test(before_each));
  try {
    const int failed = RUN_ALL_TESTS();
    if (unit_test->test_to_run_count() > 0) return failed;
    std::fprintf(stderr, "[rank %d] no test matches the filter\n", rank);
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "[rank %d] %s threw: %s\n", rank, current_test().c_str(), error.what());
  }
  std::fflush(nullptr);
  std::_Exit(1);
}

}  // namespace liana_tests
