// The command line of coherence_stress.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace liana_tests {

struct stress_options {
  double seconds = 3;                 ///< until which the participants begin further operations
  std::uint64_t operations = 0;       ///< of each participant at most; 0: no bound
  int threads = 1;                    ///< participants per rank
  std::uint64_t seed = 0;             ///< 0: a random one
  std::vector<std::string> expected;  ///< counters of liana::stats() that must not be 0 over all ranks
};

/// What --help says.
extern const char* const stress_usage;

/// Throws std::invalid_argument, which names the argument and what is accepted.
stress_options parse_stress_options(int argc, const char* const* argv);

}  // namespace liana_tests
