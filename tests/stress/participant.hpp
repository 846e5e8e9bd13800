// One thread of the coherence stress: random operations on the versioned data, each checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "tests/stress/version_checker.hpp"
#include "tests/stress/versioned_data.hpp"

namespace liana_tests {

class participant {
 public:
  participant(const versioned_data& data, const version_ledger& ledger, std::uint64_t number,
              std::uint64_t participants, std::uint64_t seed);

  /// Random operations until the time or, if not 0, the number of operations is up. Waits for nobody.
  void run(std::chrono::steady_clock::time_point end, std::uint64_t operations);

  /// Checks every slot against the number of writes to it by all participants, which are at rest.
  void verify(const std::vector<std::uint64_t>& expected);

  const version_checker& checker() const { return checker_; }

 private:
  void one_operation();

  // Operations on objects, by the number of the group.
  void on_shared_object();
  void on_owned_object();
  template <std::size_t Words>
  void read_object(const object_group<Words>& group, std::size_t i);
  template <std::size_t Words>
  void hold_object(const object_group<Words>& group, std::size_t i);
  template <std::size_t Words>
  void increment_object(const object_group<Words>& group, std::size_t i);
  template <std::size_t Words>
  void hold_and_increment_object(const object_group<Words>& group, std::size_t i);
  template <std::size_t Words>
  void put_object(const object_group<Words>& group, std::size_t i);

  // Operations on ranges of blocks.
  void read_blocks(const word_array& array);
  void increment_blocks(const word_array& array);

  // Operations on words.
  void read_words(const word_array& array);
  void put_words(const word_array& array);

  void verify_blocks(const word_array& array, const std::vector<std::uint64_t>& expected, std::size_t words_per_slot);

  // Whether something that happens once in `n` times happens now.
  bool once_in(std::uint64_t n) { return random_() % n == 0; }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  // Mostly nothing; sometimes others run, sometimes they run long.
  void linger();

  const versioned_data* data_;
  std::uint64_t number_;
  std::uint64_t participants_;
  std::mt19937_64 random_;
  version_checker checker_;
};

}  // namespace liana_tests
