// Jobs whose ranks are several real threads each, all of this process, on the simulated network: for ThreadSanitizer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <liana/detail/rank.hpp>
#include <liana/options.hpp>

#include "transport/sim/network.hpp"

namespace liana_tests::sim {

struct threaded_options {
  std::vector<int> real_hosts;  ///< by rank: those of one number share memory
  unsigned threads = 2;         ///< per rank
  std::size_t cache_pages = 0;  ///< 0: as the options say
  liana::options runtime;
  liana::transport::sim::network_options network;
};

/// Which thread of the job the caller is.
struct participant {
  liana::rank_t rank = 0;
  unsigned thread = 0;     ///< within the rank
  std::size_t number = 0;  ///< within the job
};

/// What a job does, in threads that have a runtime.
class threaded_program {
 public:
  threaded_program() = default;
  threaded_program(const threaded_program&) = delete;
  threaded_program& operator=(const threaded_program&) = delete;
  threaded_program(threaded_program&&) = delete;
  threaded_program& operator=(threaded_program&&) = delete;
  virtual ~threaded_program() = default;

  /// By one thread of each rank, together: collective calls are possible.
  virtual void set_up(liana::rank_t rank) = 0;
  /// By all threads of all ranks at once.
  virtual void act(const participant& who) = 0;
  /// As `set_up`, when all have acted.
  virtual void look_back(liana::rank_t rank) = 0;
};

/// Runs a job; the network's choices follow from the seed, the threads' do not. Returns what exceptions said.
std::vector<std::string> run_threaded(const threaded_options& with, std::uint64_t seed, threaded_program& program);

/// Runs a function in a new thread of the calling thread's rank, to its end.
void in_another_thread(const std::function<void()>& body);

}  // namespace liana_tests::sim
