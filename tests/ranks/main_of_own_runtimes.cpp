// The main function of the gtest binaries whose tests start runtimes of their own; every test starts from a barrier.

#include <gtest/gtest.h>

#include "tests/ranks/lifecycle_support.hpp"
#include "tests/ranks/rank_report.hpp"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
  liana_tests::learn_hosts();
  const int failed = liana_tests::run_tests_of_rank(liana_tests::world_rank(), [] { liana_tests::plain_barrier(); });
  MPI_Finalize();
  return failed;
}
