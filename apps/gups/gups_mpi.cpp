// The same program in plain MPI, to compare with, as HPC Challenge's own (MPIRandomAccess): every rank sorts its
// updates by who has the word, sends them there in messages of many, and makes those that it is sent.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "../common/times.hpp"
#include "run.hpp"
#include "updates.hpp"

namespace gups {

namespace {

/// This rank's words, and updates on their way to other ranks.
///
/// No more than the look-ahead wait here to be sent. When there are as many, this rank's own are made and those of the
/// rank that most of them are for are sent, while the next ones are drawn. Whatever waits also receives, so nobody
/// waits for ever.
class message_table {
 public:
  message_table(const settings& with, const apps::place& at)
      : with_(with), at_(at), buckets_(static_cast<std::size_t>(at.ranks)) {
    first_ = first_word(at.rank);
    words_.resize(first_word(at.rank + 1) - first_);
    std::iota(words_.begin(), words_.end(), first_);
    for (auto& bucket : buckets_) bucket.reserve(with.look_ahead);
    for (sending& each : sends_) each.updates.reserve(with.look_ahead);
    for (receiving& each : receives_) each.updates.resize(with.look_ahead);
  }

  /// Collective.
  void update() {
    for (receiving& each : receives_) start(each);
    const share mine = updates_of(with_.what, at_);
    update_stream stream(mine.first);
    apps::progress progress("update", at_.rank == 0);
    for (std::uint64_t next = mine.first; next < mine.end;) {
      const auto count = std::min<std::uint64_t>(with_.look_ahead - held_, mine.end - next);
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t update = stream.next();
        buckets_[owner(update & with_.what.mask())].push_back(update);
      }
      held_ += count;
      next += count;
      make_own();
      send_most();
      receive();
      progress.at(next, [&] { return fmt::format("{} to go", mine.end - next); });
    }
    finish();
  }

  static void meet() { MPI_Barrier(MPI_COMM_WORLD); }

  [[nodiscard]] std::size_t first_own_word() const { return first_; }
  [[nodiscard]] std::vector<std::uint64_t> own_words() const { return words_; }

  /// Collective.
  [[nodiscard]] static std::uint64_t sum(std::uint64_t number) {
    MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    return number;
  }

 private:
  static constexpr std::size_t send_count = 4;

  enum tag : int { updates_follow, no_more };

  struct sending {
    std::vector<std::uint64_t> updates;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  struct receiving {
    std::vector<std::uint64_t> updates;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  /// Words are dealt out by a multiplication and a shift, for any number of ranks.
  [[nodiscard]] std::size_t owner(std::size_t word) const {
    return word * static_cast<std::size_t>(at_.ranks) >> with_.what.log2_words;
  }
  [[nodiscard]] std::size_t first_word(int rank) const {
    const auto ranks = static_cast<std::size_t>(at_.ranks);
    return (static_cast<std::size_t>(rank) * with_.what.words() + ranks - 1) / ranks;
  }

  void make(std::span<const std::uint64_t> updates) {
    for (const std::uint64_t update : updates) words_[(update & with_.what.mask()) - first_] ^= update;
  }

  void make_own() {
    auto& own = buckets_[static_cast<std::size_t>(at_.rank)];
    make(own);
    held_ -= own.size();
    own.clear();
  }

  /// Sends the updates of the rank that most of those held are for.
  void send_most() {
    const auto most =
        std::max_element(buckets_.begin(), buckets_.end(), [](auto& a, auto& b) { return a.size() < b.size(); });
    if (most->empty()) return;
    sending& with = idle_send();
    held_ -= most->size();
    with.updates.swap(*most);
    most->clear();
    const auto to = static_cast<int>(most - buckets_.begin());
    MPI_Isend(with.updates.data(), static_cast<int>(with.updates.size()), MPI_UINT64_T, to, updates_follow,
              MPI_COMM_WORLD, &with.request);
  }

  /// One of those whose updates have gone.
  sending& idle_send() {
    for (;; wait()) {
      for (sending& each : sends_) {
        int done = 0;
        MPI_Test(&each.request, &done, MPI_STATUS_IGNORE);
        if (done != 0) return each;
      }
    }
  }

  /// Until a send is done or updates have come, and makes those.
  void wait() {
    std::array<MPI_Request, send_count + 1> requests{};
    for (std::size_t i = 0; i < send_count; ++i) requests[i] = sends_[i].request;
    requests.back() = receives_[oldest_].request;
    int which = 0;
    MPI_Status status{};
    MPI_Waitany(static_cast<int>(requests.size()), requests.data(), &which, &status);
    if (which == static_cast<int>(send_count)) {
      make_received(status);
    } else {
      sends_[static_cast<std::size_t>(which)].request = MPI_REQUEST_NULL;
    }
  }

  static void start(receiving& which) {
    MPI_Irecv(which.updates.data(), static_cast<int>(which.updates.size()), MPI_UINT64_T, MPI_ANY_SOURCE, MPI_ANY_TAG,
              MPI_COMM_WORLD, &which.request);
  }

  /// Makes the updates that have come, in the order in which receives were started.
  void receive() {
    for (;;) {
      int done = 0;
      MPI_Status status{};
      MPI_Test(&receives_[oldest_].request, &done, &status);
      if (done == 0) return;
      make_received(status);
    }
  }

  void make_received(const MPI_Status& status) {
    receiving& oldest = receives_[oldest_];
    int count = 0;
    MPI_Get_count(&status, MPI_UINT64_T, &count);
    make(std::span(oldest.updates).first(static_cast<std::size_t>(count)));
    ended_ += status.MPI_TAG == no_more ? 1 : 0;
    start(oldest);
    oldest_ = (oldest_ + 1) % receives_.size();
  }

  /// Sends what is left and that it was all, and receives until all others have done the same.
  void finish() {
    while (held_ > 0) {
      make_own();
      send_most();
    }
    std::vector<MPI_Request> last(static_cast<std::size_t>(at_.ranks), MPI_REQUEST_NULL);
    for (int rank = 0; rank < at_.ranks; ++rank) {
      if (rank == at_.rank) continue;
      MPI_Isend(nullptr, 0, MPI_UINT64_T, rank, no_more, MPI_COMM_WORLD, &last[static_cast<std::size_t>(rank)]);
    }
    while (ended_ + 1 < at_.ranks) wait();
    MPI_Waitall(static_cast<int>(last.size()), last.data(), MPI_STATUSES_IGNORE);
    for (sending& each : sends_) MPI_Wait(&each.request, MPI_STATUS_IGNORE);
    for (receiving& each : receives_) {
      MPI_Cancel(&each.request);
      MPI_Wait(&each.request, MPI_STATUS_IGNORE);
    }
    MPI_Barrier(MPI_COMM_WORLD);
  }

  settings with_;
  apps::place at_;
  std::size_t first_ = 0;
  std::vector<std::uint64_t> words_;

  std::vector<std::vector<std::uint64_t>> buckets_;  // by rank
  std::size_t held_ = 0;                             // in all of them
  std::array<sending, send_count> sends_;
  std::array<receiving, 8> receives_;
  std::size_t oldest_ = 0;
  int ended_ = 0;
};

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [with, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  message_table table(with, at);
  return run(table, with, 0, at);
}

}  // namespace

}  // namespace gups

int main(int argc, char** argv) { return apps::run_with_mpi("gups_mpi", argc, argv, gups::run_over_mpi); }
