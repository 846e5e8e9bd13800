// Several threads of several ranks under ThreadSanitizer, which ends the program with its first report.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/threads_program.hpp"

namespace liana_tests::sim {
namespace {

/// `variable`, or what is good for every day. A seed fixes what the threads do and what the network chooses; the
/// threads take turns as they like.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

threaded_options job_of(std::vector<int> real_hosts, unsigned threads) {
  threaded_options with;
  with.real_hosts = std::move(real_hosts);
  with.threads = threads;
  with.runtime.transport = "verbs";  // the simulated network
  with.runtime.segment_bytes = std::size_t{1} << 20;
  with.runtime.cache_bytes = std::size_t{256} << 10;
  with.runtime.validity_words = 16;
  with.runtime.warn_after = liana::no_time_limit;
  with.runtime.timeout = std::chrono::minutes(2);
  return with;
}

/// Room for five pages of replicas: what one thread reads evicts what others have just used, and meets what they pin.
threaded_options crowded(std::vector<int> real_hosts, unsigned threads) {
  auto with = job_of(std::move(real_hosts), threads);
  with.cache_pages = 6;
  with.runtime.validity_words = 2;
  return with;
}

void run(const threaded_options& with, bool mixed = true) {
  const std::uint64_t seed = number_from("LIANA_TEST_SEED", 1);
  const auto accesses = static_cast<unsigned>(number_from("LIANA_TEST_ACCESSES", 2000));
  random_accesses program(with.real_hosts.size(), with.threads, accesses, seed, mixed);
  for (const std::string& failure : run_threaded(with, seed, program)) {
    ADD_FAILURE() << failure;
  }
  std::cout << "LIANA_TEST_SEED=" << seed << ": " << program.summary() << '\n';
}

TEST(sim_threads, of_ranks_apart) { run(job_of({0, 1, 2}, 3)); }
TEST(sim_threads, of_ranks_on_one_host) { run(job_of({0, 0}, 4)); }
TEST(sim_threads, of_near_and_far_ranks) { run(job_of({0, 0, 1}, 3)); }
TEST(sim_threads, of_ranks_apart_with_tiny_caches) { run(crowded({0, 1}, 4), false); }
TEST(sim_threads, of_ranks_in_tiny_caches_with_locks) { run(crowded({0, 1}, 4)); }
TEST(sim_threads, of_near_and_far_ranks_with_tiny_caches) { run(crowded({0, 0, 1}, 3)); }

/// The same far protocol over shared memory: here ThreadSanitizer sees the transport too.
TEST(sim_threads, of_ranks_apart_over_shared_memory) {
  auto with = crowded({0, 0}, 4);
  with.runtime.transport = "shm";
  with.runtime.hosts = "each";
  run(with);
}

}  // namespace
}  // namespace liana_tests::sim
