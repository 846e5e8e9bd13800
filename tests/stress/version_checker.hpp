// What a version that was read must satisfy, and the record of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/stress/shared_words.hpp"

namespace liana_tests {

/// By slot, one per unit that is written whole: the versions that every rank must be able to read, and the number of
/// writes begun. It is raised by writers that are done and by readers that have seen a version, so whoever starts to
/// read afterwards, on any rank of this machine, must find at least that: this is what linearizability promises.
class version_ledger {
 public:
  /// Collective over MPI_COMM_WORLD.
  explicit version_ledger(std::size_t slots) : slots_(slots), words_(2 * slots) {}

  std::size_t slots() const { return slots_; }

  /// To be called before a write.
  void begin_write(std::size_t slot) const { words_[slots_ + slot].fetch_add(1); }
  /// To be called with the version that was written or read, once the access is done.
  void learn(std::size_t slot, std::uint64_t version) const { words_.raise(slot, version); }

  /// What a read that starts now must find at least.
  std::uint64_t floor(std::size_t slot) const { return words_[slot].load(); }
  /// What a read that is done can have found at most: every write adds one.
  std::uint64_t ceiling(std::size_t slot) const {
    return words_.covers_all_ranks() ? words_[slots_ + slot].load() : UINT64_MAX;
  }

 private:
  std::size_t slots_;
  shared_words words_;
};

/// The checks and counts of one participant.
class version_checker {
 public:
  version_checker(const version_ledger& ledger, std::string name)
      : ledger_(&ledger), name_(std::move(name)), seen_(ledger.slots(), 0), increments_(ledger.slots(), 0) {}

  /// What a read of the slot that starts now must find at least.
  std::uint64_t floor(std::size_t slot) const;

  /// Checks a snapshot whose words are all the version, read after `floor` was asked for; returns the version.
  std::uint64_t check_read(std::size_t slot, std::span<const std::uint64_t> snapshot, std::uint64_t floor,
                           const char* how);

  /// Checks that a snapshot that was `version` still is.
  void check_unchanged(std::size_t slot, std::span<const std::uint64_t> snapshot, std::uint64_t version,
                       const char* how);

  /// Checks a version that must be known exactly.
  void check_exact(std::size_t slot, std::span<const std::uint64_t> snapshot, std::uint64_t expected, const char* how);

  /// Announces a write that will add one to the slot's version.
  void begin_write(std::size_t slot) {
    ledger_->begin_write(slot);
    ++increments_[slot];
  }
  /// The write is done and made the slot `version`.
  void end_write(std::size_t slot, std::uint64_t version);

  /// Versions that this participant added, by slot.
  const std::vector<std::uint64_t>& increments() const { return increments_; }

  std::uint64_t reads() const { return reads_; }
  std::uint64_t writes() const { return writes_; }
  std::uint64_t violations() const { return violations_; }

 private:
  void complain(std::size_t slot, const char* how, const std::string& what);

  const version_ledger* ledger_;
  std::string name_;
  std::vector<std::uint64_t> seen_;
  std::vector<std::uint64_t> increments_;
  std::uint64_t reads_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t violations_ = 0;
};

}  // namespace liana_tests
