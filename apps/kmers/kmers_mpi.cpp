// The same program in plain MPI, to compare with: every k-mer is sent to the rank that its hash names, which counts it
// in a table of its own; a query goes there too, and its answer back.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "run.hpp"

namespace kmers {

namespace {

/// Counts of keys in the memory of one process, by linear probing; grows where it must.
class local_counts {
 public:
  explicit local_counts(std::size_t slots) : slots_(std::bit_ceil(slots)) {}

  void add(kmer key) {
    slot& at = slots_[find_slot(key)];
    ++at.count;
    if (at.word != 0) return;
    at.word = key + 1;
    if (++taken_ * 4 > slots_.size() * 3) grow();
  }

  [[nodiscard]] std::uint64_t find(kmer key) const { return slots_[find_slot(key)].count; }

  template <class F>
  void for_each(F f) const {
    for (const slot& each : slots_) {
      if (each.word != 0) f(each.word - 1, each.count);
    }
  }

 private:
  struct slot {
    std::uint64_t word = 0;  // key + 1, or 0
    std::uint64_t count = 0;
  };

  /// The key's slot, or the one that is to be.
  [[nodiscard]] std::size_t find_slot(kmer key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = kmer_hash()(key) & mask;
    while (slots_[at].word != 0 && slots_[at].word != key + 1) at = (at + 1) & mask;
    return at;
  }

  void grow() {
    const std::vector<slot> old = std::exchange(slots_, std::vector<slot>(2 * slots_.size()));
    for (const slot& each : old) {
      if (each.word != 0) slots_[find_slot(each.word - 1)] = each;
    }
  }

  std::vector<slot> slots_;
  std::size_t taken_ = 0;
};

/// Everything that goes from every rank to every other one, and back.
class mailing {
 public:
  explicit mailing(int ranks) : ranks_(static_cast<std::size_t>(ranks)) {
    for (auto* each : {&sent_, &sent_from_, &received_, &received_from_}) each->resize(ranks_);
  }

  /// Collective. Sends each key to its owner; returns the keys that came, by rank.
  std::span<const kmer> deliver(std::span<const kmer> keys) {
    std::fill(sent_.begin(), sent_.end(), 0);
    for (const kmer each : keys) ++sent_[owner(each)];
    std::exclusive_scan(sent_.begin(), sent_.end(), sent_from_.begin(), 0);
    sorted_.resize(keys.size());
    place_.resize(keys.size());
    std::vector<int> next = sent_from_;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      place_[i] = next[owner(keys[i])]++;
      sorted_[static_cast<std::size_t>(place_[i])] = keys[i];
    }
    MPI_Alltoall(sent_.data(), 1, MPI_INT, received_.data(), 1, MPI_INT, MPI_COMM_WORLD);
    std::exclusive_scan(received_.begin(), received_.end(), received_from_.begin(), 0);
    delivered_.resize(static_cast<std::size_t>(received_.back()) + static_cast<std::size_t>(received_from_.back()));
    MPI_Alltoallv(sorted_.data(), sent_.data(), sent_from_.data(), MPI_UINT64_T, delivered_.data(), received_.data(),
                  received_from_.data(), MPI_UINT64_T, MPI_COMM_WORLD);
    return delivered_;
  }

  /// Collective. Sends an answer back for each key that came; those to the keys that were sent go to `out`.
  void answer(std::span<const std::uint64_t> answers, std::span<std::uint64_t> out) {
    MPI_Alltoallv(answers.data(), received_.data(), received_from_.data(), MPI_UINT64_T, sorted_.data(), sent_.data(),
                  sent_from_.data(), MPI_UINT64_T, MPI_COMM_WORLD);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = sorted_[static_cast<std::size_t>(place_[i])];
  }

 private:
  /// By the upper bits of the hash; the lower ones name the slot.
  [[nodiscard]] std::size_t owner(kmer key) const { return (kmer_hash()(key) >> 32U) * ranks_ >> 32U; }

  std::size_t ranks_;
  std::vector<int> sent_, sent_from_, received_, received_from_;  // how many by rank, and where they begin
  std::vector<std::uint64_t> sorted_;                             // keys to send, answers that came
  std::vector<int> place_;                                        // of each key among them
  std::vector<kmer> delivered_;
};

/// See `run` for its members.
class message_counts {
 public:
  static constexpr std::size_t keys_at_once = 65536;

  message_counts(std::size_t slots, int ranks) : counts_(slots / static_cast<std::size_t>(ranks) + 1), mail_(ranks) {}

  void add(std::span<const kmer> keys) {
    for (const kmer each : mail_.deliver(keys)) counts_.add(each);
  }

  void find(std::span<const kmer> keys, std::span<std::uint64_t> out) {
    const std::span<const kmer> asked = mail_.deliver(keys);
    answers_.resize(asked.size());
    for (std::size_t i = 0; i < asked.size(); ++i) answers_[i] = counts_.find(asked[i]);
    mail_.answer(answers_, out);
  }

  template <class F>
  void for_each_own(F f) const {
    counts_.for_each(f);
  }

  static void meet() { MPI_Barrier(MPI_COMM_WORLD); }
  static std::uint64_t sum(std::uint64_t number) { return reduce(number, MPI_SUM); }
  static std::uint64_t greatest(std::uint64_t number) { return reduce(number, MPI_MAX); }

 private:
  static std::uint64_t reduce(std::uint64_t number, MPI_Op how) {
    MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_UINT64_T, how, MPI_COMM_WORLD);
    return number;
  }

  local_counts counts_;
  mailing mail_;
  std::vector<std::uint64_t> answers_;
};

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  message_counts table(with.slots(), at.ranks);
  return run(table, with, at);
}

}  // namespace

}  // namespace kmers

int main(int argc, char** argv) { return apps::run_with_mpi("kmers_mpi", argc, argv, kmers::run_over_mpi); }
