#include <array>
#include <functional>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "benchmarks/collective/subjects.hpp"

namespace liana::benchmarks::collective {

namespace {

/// A benchmark that looks at the clock less often than at every call disturbs less, and all calls here are collective.
constexpr std::int64_t batch = 16;

/// A benchmark of which every repetition is one `call(i)` of every rank. `prepare` comes before the clock starts.
template <class Call, class Prepare = std::function<void()>>
void add_call(
    job& here, const std::string& name, Call call, Prepare prepare = [] {}) {
  here.add(
      name,
      [call, prepare](benchmark::State& state) {
        prepare();
        barrier();
        repeat_in_batches(state, batch, call);
      },
      [call, prepare](const window& now) {
        prepare();
        barrier();
        for (std::int64_t i = 0; i < batch * now.batches(batch); ++i) {
          call(static_cast<std::size_t>(i % batch));
        }
      });
}

void add_barriers(job& here) {
  add_call(here, "barrier", [](std::size_t) { barrier(); });
  add_call(here, "mpi_barrier", [&here](std::size_t) { MPI_Barrier(here.communicator()); });
  if (here.size() < 2) {
    return;
  }
  const std::size_t replicas = here.quick() ? 256 : 16384;
  constexpr std::size_t block_words = 512;
  const auto& blocks =
      here.keep<array<word>>(make_array<word>(static_cast<std::size_t>(size()) * replicas * block_words));
  const auto first = static_cast<std::size_t>((rank() + 1) % size()) * replicas * block_words;
  add_call(
      here, "barrier_with_replicas", [](std::size_t) { barrier(); },
      [&blocks, first, replicas] { benchmark::DoNotOptimize(blocks.read(first, replicas * block_words).front()); });
}

/// A value of `Bytes` bytes. Every rank is the root in turn, so that no root runs ahead of the others.
template <std::size_t Bytes>
void add_broadcast(job& here) {
  using value = std::array<word, Bytes / sizeof(word)>;
  const auto root_of = [&here](std::size_t i) { return static_cast<int>(i) % here.size(); };
  add_call(here, fmt::format("broadcast/{}", Bytes), [root_of](std::size_t i) {
    value mine{i};
    mine = broadcast(mine, root_of(i));
    benchmark::DoNotOptimize(mine);
  });
  add_call(here, fmt::format("mpi_bcast/{}", Bytes), [root_of, &here](std::size_t i) {
    value mine{i};
    MPI_Bcast(mine.data(), static_cast<int>(mine.size()), MPI_UINT64_T, root_of(i), here.communicator());
    benchmark::DoNotOptimize(mine);
  });
}

template <std::size_t Bytes>
void add_reduction(job& here) {
  using value = std::array<word, Bytes / sizeof(word)>;
  add_call(here, fmt::format("all_reduce/{}", Bytes), [](std::size_t i) {
    const value mine{i};
    const value sum = all_reduce(mine, [](value a, const value& b) {
      for (std::size_t k = 0; k < a.size(); ++k) {
        a[k] += b[k];
      }
      return a;
    });
    benchmark::DoNotOptimize(sum);
  });
  add_call(here, fmt::format("mpi_allreduce/{}", Bytes), [&here](std::size_t i) {
    const value mine{i};
    value sum{};
    MPI_Allreduce(mine.data(), sum.data(), static_cast<int>(mine.size()), MPI_UINT64_T, MPI_SUM, here.communicator());
    benchmark::DoNotOptimize(sum);
  });
}

}  // namespace

void add_meetings(job& here) {
  add_barriers(here);
  add_broadcast<8>(here);
  add_broadcast<4096>(here);
  add_reduction<8>(here);
  add_reduction<4096>(here);
}

}  // namespace liana::benchmarks::collective
