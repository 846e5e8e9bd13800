// One thread of a rank that accesses blocks at random and records what it did and saw.
#pragma once

#include <utility>

#include "tests/history/history.hpp"
#include "tests/history/shared_blocks.hpp"

namespace liana_tests {

class recorder {
 public:
  /// `process` is its number among all threads of all ranks; `number` that of the history, which is in each value it
  /// writes, so that a value of another history counts as one that nobody wrote. With `timed`, all processes run on
  /// one host, whose clock they share.
  recorder(const shared_blocks& blocks, std::uint32_t process, std::uint64_t number, bool timed, std::uint64_t seed);

  /// This many accesses; an update counts as one.
  void run(std::size_t accesses);

  /// Reads each block once.
  void read_all();

  history take() { return std::move(recorded_); }

  /// Makes all words of a block zero.
  static void clear(const shared_blocks& blocks, std::uint32_t block);

 private:
  void access_object(std::uint32_t block);
  void access_array(std::uint32_t block);
  void update_two();

  template <class Pointer>
  void read_object(std::uint32_t block, Pointer at);
  template <class Pointer>
  void update_object(std::uint32_t block, Pointer at);
  void read_view(std::uint32_t block);
  void write_view(std::uint32_t block);

  // The time at which something begins or has ended, 0 without a clock. Nothing moves past it.
  std::uint64_t now() const;
  std::uint64_t new_value() { return next_value_++; }
  // The value of a block that was read; of a torn one, which it reports, a value that nobody wrote.
  std::uint64_t whole(std::uint32_t block, std::span<const std::uint64_t> words) const;

  void record_read(std::uint32_t block, std::uint64_t value, std::uint64_t begin, std::uint64_t end);
  void record_put(std::uint32_t block, std::uint64_t value, std::uint64_t begin, std::uint64_t end);
  void record_update(std::uint32_t block, std::uint64_t seen, std::uint64_t value, std::uint64_t begin,
                     std::uint64_t end);

  bool once_in(std::uint64_t n) { return random_() % n == 0; }
  // Mostly nothing; sometimes others run.
  void linger();

  const shared_blocks* blocks_;
  std::uint32_t process_;
  bool timed_;
  std::uint64_t next_value_;
  std::mt19937_64 random_;
  history recorded_;
};

}  // namespace liana_tests
