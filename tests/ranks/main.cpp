// The main function of the gtest binaries that run under mpirun with one runtime for all tests; every test starts from
// a barrier.

#include <cstdio>
#include <exception>

#include <gtest/gtest.h>

#include <liana/liana.hpp>

#include "tests/ranks/rank_report.hpp"
#include "tests/ranks/support.hpp"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  try {
    const liana::runtime runtime(argc, argv, liana::options{.segment_bytes = liana_tests::segment_bytes});
    liana_tests::learn_hosts();
    return liana_tests::run_tests_of_rank(liana::rank(), [] { liana::barrier(); });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the runtime failed: %s\n", error.what());
    return 1;
  }
}
