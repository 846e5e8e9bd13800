#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/mpi_window.hpp"
#include "benchmarks/sharing/subjects.hpp"

// All ranks access random words of one table at the same time, each as often; the leader's time is taken, of one
// access. Before the clock starts every rank has read the whole table, so that replicas are present as after a while of
// the same.

namespace liana::benchmarks::sharing {

namespace {

/// Accesses between two looks at the clock: no fewer than in a round of an exchange of updates, so that each counts.
std::int64_t batch_of(const job& here) { return here.quick() ? 1000 : 10'000; }

/// Positions and whether to write there, at random (xorshift64*), the same ones for every way to keep the table.
class accesses {
 public:
  accesses(int rank, std::size_t words, int writes_of_thousand)
      : state_(0x9E3779B97F4A7C15U * static_cast<word>(rank + 1)),
        words_(words),
        threshold_(static_cast<word>(writes_of_thousand) * scale / 1000) {}

  struct access {
    std::size_t at;
    bool write;
  };

  access next() {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    const word random = state_ * 0x2545F4914F6CDD1DU;
    return {static_cast<std::size_t>(((random >> 32U) * words_) >> 32U), (random & (scale - 1)) < threshold_};
  }

 private:
  static constexpr word scale = word{1} << 20U;
  word state_;
  word words_;
  word threshold_;
};

/// Tables, each with: prepare(), read(at), write(at, value), and done(accesses) after each access, which says how many
/// there have been in this window. bytes: what each rank needs.

class global_table {
 public:
  global_table(const job& here, std::size_t block_bytes)
      : words_(make_array<word>(table_bytes(here) / sizeof(word), {.block_bytes = block_bytes})), buffer_(1U << 17U) {}

  void prepare() {
    for (std::size_t first = 0; first < words_.size(); first += buffer_.size()) {
      words_.get(first, std::span<word>(buffer_).first(std::min(buffer_.size(), words_.size() - first)));
    }
  }
  [[nodiscard]] word read(std::size_t at) const { return words_[at]; }
  void write(std::size_t at, word value) const { words_[at] = value; }
  void done(std::int64_t /*accesses*/) const {}

  /// This rank's part, and replicas of everything else when all of it has been read.
  [[nodiscard]] std::size_t bytes() const { return words_.size() * sizeof(word); }

 private:
  array<word> words_;
  std::vector<word> buffer_;
};

/// Dealt out over a window of all ranks.
class window_table {
 public:
  window_table(const job& here, mpi_window::kind kind, bool loads_own)
      : part_log2_(log2_of_part(table_bytes(here) / sizeof(word), static_cast<std::size_t>(here.size()))),
        window_(here.communicator(), kind, sizeof(word) << part_log2_),
        own_(loads_own ? here.rank() : -1) {}

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(window_); }

  void prepare() const {}
  [[nodiscard]] word read(std::size_t at) const {
    const auto [home, offset] = place(at);
    if (home == own_) {
      return *reinterpret_cast<const volatile word*>(window_.own() + offset);
    }
    word value = 0;
    window_.get(home, offset, &value, sizeof value);
    return value;
  }
  void write(std::size_t at, word value) const {
    const auto [home, offset] = place(at);
    if (home == own_) {
      *reinterpret_cast<volatile word*>(window_.own() + offset) = value;
    } else {
      window_.put(home, offset, &value, sizeof value);
    }
  }
  void done(std::int64_t /*accesses*/) const {}
  [[nodiscard]] std::size_t bytes() const { return sizeof(word) << part_log2_; }

 private:
  [[nodiscard]] std::pair<int, std::size_t> place(std::size_t at) const {
    return {static_cast<int>(at >> part_log2_), (at & ((std::size_t{1} << part_log2_) - 1)) * sizeof(word)};
  }

  /// A power of two, as one would choose so that the home of a word is found by a shift.
  static int log2_of_part(std::size_t words, std::size_t ranks) {
    return std::countr_zero(std::bit_ceil((words + ranks - 1) / ranks));
  }

  int part_log2_;  ///< of the words of each rank
  mpi_window window_;
  int own_;  ///< the rank that accesses its part by plain loads and stores, or -1
};

/// A copy at every rank. Writes are kept back and exchanged after every `round` accesses, when all ranks carry them out
/// in the order of ranks.
class copied_table {
 public:
  copied_table(const job& here, std::int64_t round)
      : words_(table_bytes(here) / sizeof(word), 1),
        over_(here.communicator()),
        counts_(static_cast<std::size_t>(here.size())),
        first_(counts_.size()),
        round_(round) {}

  void prepare() const {}
  [[nodiscard]] word read(std::size_t at) const { return *static_cast<const volatile word*>(&words_[at]); }
  void write(std::size_t at, word value) { mine_.insert(mine_.end(), {at, value}); }
  void done(std::int64_t accesses) {
    if (accesses % round_ == 0) {
      exchange();
    }
  }
  [[nodiscard]] std::size_t bytes() const { return words_.size() * sizeof(word); }

 private:
  void exchange() {
    const int count = static_cast<int>(mine_.size());
    MPI_Allgather(&count, 1, MPI_INT, counts_.data(), 1, MPI_INT, over_);
    int all = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      first_[i] = all;
      all += counts_[i];
    }
    if (all == 0) {
      return;
    }
    everybodys_.resize(static_cast<std::size_t>(all));
    MPI_Allgatherv(mine_.data(), count, MPI_UINT64_T, everybodys_.data(), counts_.data(), first_.data(), MPI_UINT64_T,
                   over_);
    for (std::size_t i = 0; i < everybodys_.size(); i += 2) {
      words_[everybodys_[i]] = everybodys_[i + 1];
    }
    mine_.clear();
  }

  std::vector<word> words_;
  std::vector<word> mine_;  ///< position and value by turns
  std::vector<word> everybodys_;
  MPI_Comm over_;
  std::vector<int> counts_;
  std::vector<int> first_;
  std::int64_t round_;
};

/// Nobody else sees it: the limit.
class private_table {
 public:
  explicit private_table(const job& here) : words_(table_bytes(here) / sizeof(word), 1) {}

  void prepare() const {}
  [[nodiscard]] word read(std::size_t at) const { return *static_cast<const volatile word*>(&words_[at]); }
  void write(std::size_t at, word value) { words_[at] = value; }
  void done(std::int64_t /*accesses*/) const {}
  [[nodiscard]] std::size_t bytes() const { return words_.size() * sizeof(word); }

 private:
  std::vector<word> words_;
};

template <class Table>
void access_one(Table& table, accesses& stream, std::int64_t done) {
  const auto [at, write] = stream.next();
  if (write) {
    table.write(at, at);
  } else {
    benchmark::DoNotOptimize(table.read(at));
  }
  table.done(done);
}

template <class Table>
void add_table(job& here, const std::string& name, Table& table) {
  const std::int64_t batch = batch_of(here);
  for (const int writes : {0, 1, 10, 100}) {
    auto& stream = here.keep<accesses>(here.rank(), table_bytes(here) / sizeof(word), writes);
    here.add(
        fmt::format("{}/{}", name, writes),
        [&, batch](benchmark::State& state) {
          table.prepare();
          here.meet();
          std::int64_t done = 0;
          repeat_in_batches(state, batch, [&](std::size_t) { access_one(table, stream, ++done); });
          here.meet();
          state.counters["mebibytes_each"] = double(table.bytes()) / double(1U << 20U);
        },
        [&, batch](const window& now) {
          table.prepare();
          here.meet();
          for (std::int64_t done = 1; done <= batch * now.batches(batch); ++done) {
            access_one(table, stream, done);
          }
          here.meet();
        });
  }
}

void add_windows(job& here) {
  add_table(here, "table_mpi_get_shared", here.keep<window_table>(here, mpi_window::kind::shared, false));
  auto& created = here.keep<window_table>(here, mpi_window::kind::created, false);
  auto& own_loaded = here.keep<window_table>(here, mpi_window::kind::created, true);
  if (created && own_loaded) {
    add_table(here, "table_mpi_get_created", created);
    add_table(here, "table_mpi_get_created_own_loaded", own_loaded);
  }
}

}  // namespace

std::size_t table_bytes(const job& here) { return std::size_t{here.quick() ? 1U : 64U} << 20U; }

void add_read_mostly(job& here) {
  for (const std::size_t block : {std::size_t{512}, std::size_t{4096}}) {
    add_table(here, fmt::format("table_{}", block), here.keep<global_table>(here, block));
  }
  add_windows(here);
  for (const std::int64_t round : {100, 1000, 10'000}) {
    add_table(here, fmt::format("table_mpi_broadcast_{}", round), here.keep<copied_table>(here, round));
  }
  add_table(here, "table_private", here.keep<private_table>(here));
}

}  // namespace liana::benchmarks::sharing
