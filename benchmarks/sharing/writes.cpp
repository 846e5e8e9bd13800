#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/mpi_window.hpp"
#include "benchmarks/resting.hpp"
#include "benchmarks/sharing/subjects.hpp"

// A window is made of rounds. In each the sharers read all objects, then the leader, whose time is taken, writes each
// once while the others sleep. Sharers are the last ranks: where the home is rank 1 it never counts as one, because it
// reads in place.

namespace liana::benchmarks::sharing {

namespace {

constexpr std::size_t objects = 256;
constexpr std::size_t line = 64;

template <std::size_t Bytes>
struct object {
  std::array<word, Bytes / sizeof(word)> words;
};

/// `prepare` is what a sharer does in each round, `write(i)` what the leader does with object i.
template <class Prepare, class Write>
void add_rounds(job& here, const std::string& name, int sharers, Prepare prepare, Write write) {
  here.add(
      name,
      [&here, write](benchmark::State& state) {
        while (state.KeepRunningBatch(objects)) {
          meet_resting(here);
          add_time_of(state, [&] {
            for (std::size_t i = 0; i < objects; ++i) {
              write(i);
            }
          });
          meet_resting(here);
        }
      },
      [&here, sharers, prepare](const window& now) {
        for (std::int64_t round = 0; round < now.batches(objects); ++round) {
          if (here.rank() >= here.size() - sharers) {
            prepare();
          }
          meet_resting(here);
          meet_resting(here);
        }
      },
      {.ranks = sharers + 1, .manual_time = true});
}

template <std::size_t Bytes>
struct shared_objects {
  explicit shared_objects(int home) {
    if (rank() == home) {
      std::generate(all.begin(), all.end(), [] { return make_global<object<Bytes>>(); });
    }
    all = broadcast(all, home);
  }

  void read() const {
    for (const auto each : all) {
      benchmark::DoNotOptimize(each.read()->words[0]);
    }
  }

  [[nodiscard]] global_ptr<word> first_word(std::size_t i) const { return reinterpret_pointer_cast<word>(all[i]); }

  std::array<global_ptr<object<Bytes>>, objects> all{};
};

template <std::size_t Bytes>
void add_objects(job& here, int home) {
  const auto& of = here.keep<shared_objects<Bytes>>(home);
  const char* whose = home == 0 ? "own" : "remote";
  for (const int sharers : {0, 1, 3, 7}) {
    if (sharers > here.size() - 1 - home) {
      continue;
    }
    const auto name = [&](const char* what) { return fmt::format("{}_{}_{}/{}", what, whose, Bytes, sharers); };
    add_rounds(
        here, name("put"), sharers, [&of] { of.read(); }, [&of](std::size_t i) { of.first_word(i).put(i); });
    add_rounds(
        here, name("write_guard"), sharers, [&of] { of.read(); },
        [&of](std::size_t i) {
          const auto guard = of.all[i].write();
          guard->words[0] = i;
        });
  }
}

/// What MPI does instead: the writer stores into a copy of each sharer. And the least that an invalidation can take: an
/// atomic to take the block, and to each sharer one line that it has read.
struct copies {
  explicit copies(const job& here)
      : shared(here.communicator(), mpi_window::kind::shared, objects * line),
        created(here.communicator(), mpi_window::kind::created, objects * line) {
    for (int i = 0; i < here.size(); ++i) {
      parts.push_back(shared.of(i));
    }
  }

  [[nodiscard]] std::atomic_ref<word> flag(int rank, std::size_t i) const {
    return std::atomic_ref<word>(*reinterpret_cast<word*>(parts[static_cast<std::size_t>(rank)] + i * line));
  }

  void read(int rank) const {
    for (std::size_t i = 0; i < objects; ++i) {
      benchmark::DoNotOptimize(flag(rank, i).load());
    }
  }

  mpi_window shared;
  mpi_window created;
  std::vector<std::byte*> parts;
};

void add_put_to_copies(job& here, const copies& of, const char* kind, const mpi_window& window, int sharers) {
  if (!window) {
    return;
  }
  const int first = here.size() - sharers;
  add_rounds(
      here, fmt::format("mpi_put_to_copies_{}/{}", kind, sharers), sharers, [&of, &here] { of.read(here.rank()); },
      [&window, &here, first](std::size_t i) {
        const word value = i;
        for (int each = first; each < here.size(); ++each) {
          MPI_Put(&value, 1, MPI_UINT64_T, each, static_cast<MPI_Aint>(i * line), 1, MPI_UINT64_T, window.handle());
        }
        MPI_Win_flush_all(window.handle());
      });
}

void add_copies(job& here) {
  const auto& of = here.keep<copies>(here);
  for (const int sharers : {0, 1, 3, 7}) {
    if (sharers >= here.size()) {
      continue;
    }
    const int first = here.size() - sharers;
    add_rounds(
        here, fmt::format("flags/{}", sharers), sharers, [&of, &here] { of.read(here.rank()); },
        [&of, &here, first](std::size_t i) {
          of.flag(0, i).exchange(i);
          for (int each = first; each < here.size(); ++each) {
            of.flag(each, i).store(i, std::memory_order_release);
          }
          std::atomic_thread_fence(std::memory_order_seq_cst);
        });
    if (sharers > 0) {
      add_put_to_copies(here, of, "shared", of.shared, sharers);
      add_put_to_copies(here, of, "created", of.created, sharers);
    }
  }
}

}  // namespace

void add_writes(job& here) {
  for (const int home : {0, 1}) {
    add_objects<line>(here, home);
    add_objects<4096>(here, home);
  }
  add_copies(here);
}

}  // namespace liana::benchmarks::sharing
