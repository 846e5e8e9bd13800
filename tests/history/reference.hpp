// What the checkers are held against: histories made by really playing programs one access after the other, and
// a search through all orders, for small histories.
#pragma once

#include <functional>
#include <random>

#include "tests/history/history.hpp"

namespace liana_tests {

struct operation {
  std::uint32_t block = 0;
  bool write = false;
  bool updates = false;  ///< as in access: not interrupted after the read before it
};

/// What each process does, in order.
using program = std::vector<std::vector<operation>>;

/// What plays programs: a memory that does one thing after the other.
class sequential_memory {
 public:
  explicit sequential_memory(const program& what);

  /// The processes that have something left to do.
  std::vector<std::uint32_t> unfinished() const;

  /// The process does its next operation, with an update its read and its write.
  void advance(std::uint32_t process);

  const history& played() const { return played_; }

 private:
  const program* what_;
  std::vector<std::size_t> done_;        // by process
  std::vector<std::uint64_t> versions_;  // by block
  history played_;
};

/// Plays the program in all ways.
void for_each_execution(const program& what, const std::function<void(const history&)>& visit);

/// Plays the program once, with times around the moment at which each access happened; an update's accesses have the
/// same. No two accesses of a process overlap otherwise.
history random_execution(const program& what, std::mt19937_64& random);

program random_program(std::mt19937_64& random);

/// The value that the write of this version leaves in the histories made here.
constexpr std::uint64_t value_of(std::uint64_t version) { return version == 0 ? 0 : 1000 + version; }

/// Whether the accesses can have happened one after the other, in program order; with `in_time` also each between its
/// begin and its end. By trying.
bool can_be_explained(const history& accesses, bool in_time);

}  // namespace liana_tests
