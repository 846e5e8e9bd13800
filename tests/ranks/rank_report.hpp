// How the gtest binaries under mpirun report: rank 0 prints the usual report, the other ranks only what fails.
#pragma once

namespace liana_tests {

/// Runs the tests of this rank, `before_each` (a barrier) before every one of them. An exception that leaves a test
/// ends the process. Returns the exit status of this rank, which is not 0 either when no test was selected.
int run_tests_of_rank(int rank, void (*before_each)());

}  // namespace liana_tests
