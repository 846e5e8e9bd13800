#include "tests/stress/version_checker.hpp"

#include <algorithm>
#include <cstdio>

namespace liana_tests {

std::uint64_t version_checker::floor(std::size_t slot) const { return std::max(seen_[slot], ledger_->floor(slot)); }

std::uint64_t version_checker::check_read(std::size_t slot, std::span<const std::uint64_t> snapshot,
                                          std::uint64_t floor, const char* how) {
  const std::uint64_t version = snapshot.front();
  const std::uint64_t ceiling = ledger_->ceiling(slot);
  check_unchanged(slot, snapshot, version, how);
  if (version < floor) {
    complain(slot, how,
             "version " + std::to_string(version) + " is old: " + std::to_string(floor) + " was seen before");
  }
  if (version > ceiling) {
    complain(
        slot, how,
        "version " + std::to_string(version) + " was never written: " + std::to_string(ceiling) + " writes have begun");
  }
  ledger_->learn(slot, version);
  seen_[slot] = std::max(seen_[slot], version);
  ++reads_;
  return version;
}

void version_checker::check_unchanged(std::size_t slot, std::span<const std::uint64_t> snapshot, std::uint64_t version,
                                      const char* how) {
  const auto other =
      std::find_if(snapshot.begin(), snapshot.end(), [version](std::uint64_t word) { return word != version; });
  if (other == snapshot.end()) return;
  complain(slot, how,
           "torn or changed: word " + std::to_string(other - snapshot.begin()) + " of " +
               std::to_string(snapshot.size()) + " is " + std::to_string(*other) + ", not " + std::to_string(version));
}

void version_checker::check_exact(std::size_t slot, std::span<const std::uint64_t> snapshot, std::uint64_t expected,
                                  const char* how) {
  check_unchanged(slot, snapshot, snapshot.front(), how);
  if (snapshot.front() != expected) {
    complain(slot, how, "version " + std::to_string(snapshot.front()) + " instead of " + std::to_string(expected));
  }
  ++reads_;
}

void version_checker::end_write(std::size_t slot, std::uint64_t version) {
  ledger_->learn(slot, version);
  seen_[slot] = std::max(seen_[slot], version);
  ++writes_;
}

void version_checker::complain(std::size_t slot, const char* how, const std::string& what) {
  ++violations_;
  // The first ones tell what is wrong; thousands more would hide them.
  if (violations_ > 5) return;
  std::fprintf(stderr, "%s, %s, slot %zu: %s\n", name_.c_str(), how, slot, what.c_str());
}

}  // namespace liana_tests
