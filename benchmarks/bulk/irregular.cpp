#include <algorithm>
#include <memory>
#include <random>

#include <fmt/format.h>

#include "benchmarks/bulk/subjects.hpp"

// A time is of one element. Where an element takes a system call, as in windows that MPI_Win_create made, or a write of
// far memory, not all of them are used.

namespace liana::benchmarks::bulk {

namespace {

/// Random elements of the neighbour's part, and of all parts.
struct choice {
  choice(const job& here, std::size_t first, std::size_t count) {
    std::mt19937_64 random(7);  // NOLINT(cert-msc51-cpp): the same in every run
    std::uniform_int_distribution<std::size_t> any(first, first + count - 1);
    index.resize(here.quick() ? std::size_t{1} << 14U : std::size_t{1} << 20U);
    std::generate(index.begin(), index.end(), [&] { return any(random); });
  }
  std::vector<std::size_t> index;
};

struct fixture {
  fixture(const job& here, const memory& of)
      : near(here, neighbour * of.words, of.words),
        all(here, 0, of.read.size()),
        values(near.index.size(), 1),
        few(std::min<std::size_t>(near.index.size(), 16384)) {}

  choice near;  ///< the neighbour's
  choice all;
  std::vector<word> values;
  std::size_t few;  ///< how many where each takes long
};

/// One repetition is one element of `count`.
template <class Operation>
void repeat_elements(benchmark::State& state, std::size_t count, Operation operation) {
  while (state.KeepRunningBatch(static_cast<std::int64_t>(count))) {
    operation();
    benchmark::ClobberMemory();
  }
}

/// An indexed type of the neighbour's memory in a window of `memory`.
class indexed_type {
 public:
  indexed_type(const memory& of, std::span<const std::size_t> index) {
    std::vector<int> at;
    std::transform(index.begin(), index.end(), std::back_inserter(at),
                   [&](std::size_t i) { return static_cast<int>(i - neighbour * of.words); });
    MPI_Type_create_indexed_block(static_cast<int>(at.size()), 1, at.data(), MPI_UINT64_T, &type_);
    MPI_Type_commit(&type_);
  }
  ~indexed_type() { MPI_Type_free(&type_); }
  indexed_type(const indexed_type&) = delete;
  indexed_type& operator=(const indexed_type&) = delete;
  [[nodiscard]] MPI_Datatype get() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

/// `access(value, at)` is MPI_Get or MPI_Put of one element, `access_all(type)` of all of them at once.
template <class Access, class AccessAll>
void add_mpi(job& here, const memory& of, const fixture& chosen, const std::string& what, const char* kind,
             const mpi_window& window, std::size_t count, Access access, AccessAll access_all) {
  if (!window) {
    return;
  }
  const std::span<const std::size_t> index(chosen.near.index.data(), count);
  here.add(
      fmt::format("mpi_{}_each_{}", what, kind),
      [&here, &of, &window, index, access](benchmark::State& state) {
        repeat_elements(state, index.size(), [&] {
          for (std::size_t i = 0; i < index.size(); ++i) {
            access(i, static_cast<MPI_Aint>((index[i] - neighbour * of.words) * sizeof(word)));
          }
          MPI_Win_flush(neighbour, window.handle());
        });
        here.meet();
      },
      here.attend());
  const auto& type = here.keep<indexed_type>(of, index);
  here.add(
      fmt::format("mpi_{}_indexed_{}", what, kind),
      [&here, &window, &type, index, access_all](benchmark::State& state) {
        repeat_elements(state, index.size(), [&] {
          access_all(static_cast<int>(index.size()), type.get());
          MPI_Win_flush(neighbour, window.handle());
        });
        here.meet();
      },
      here.attend());
}

void add_mpi_get(job& here, memory& of, fixture& chosen, const char* kind, const mpi_window& window,
                 std::size_t count) {
  word* values = chosen.values.data();
  const MPI_Win from = window.handle();
  add_mpi(
      here, of, chosen, "get", kind, window, count,
      [=](std::size_t i, MPI_Aint at) { MPI_Get(values + i, 1, MPI_UINT64_T, neighbour, at, 1, MPI_UINT64_T, from); },
      [=](int n, MPI_Datatype type) { MPI_Get(values, n, MPI_UINT64_T, neighbour, 0, 1, type, from); });
}

void add_mpi_put(job& here, memory& of, fixture& chosen, const char* kind, const mpi_window& window,
                 std::size_t count) {
  const word* values = chosen.values.data();
  const MPI_Win to = window.handle();
  add_mpi(
      here, of, chosen, "put", kind, window, count,
      [=](std::size_t i, MPI_Aint at) { MPI_Put(values + i, 1, MPI_UINT64_T, neighbour, at, 1, MPI_UINT64_T, to); },
      [=](int n, MPI_Datatype type) { MPI_Put(values, n, MPI_UINT64_T, neighbour, 0, 1, type, to); });
}

/// Through a table of pointers: the least that such reads can cost.
void add_gather_of(job& here, memory& of, fixture& chosen, const choice& which, const char* whose) {
  here.add(fmt::format("gather_{}", whose), [&](benchmark::State& state) {
    repeat_elements(state, which.index.size(), [&] { of.read.gather(which.index, chosen.values); });
  });
  here.add(fmt::format("get_each_{}", whose), [&](benchmark::State& state) {
    repeat_elements(state, which.index.size(), [&] {
      for (std::size_t i = 0; i < which.index.size(); ++i) {
        chosen.values[i] = of.read[which.index[i]];
      }
    });
  });
  auto& pointers = here.keep<std::vector<const word*>>();
  if (here.is_leader()) {
    std::transform(which.index.begin(), which.index.end(), std::back_inserter(pointers),
                   [&](std::size_t i) { return of.where_read(i); });
  }
  here.add(fmt::format("loads_{}", whose), [&](benchmark::State& state) {
    repeat_elements(state, which.index.size(), [&] {
      for (std::size_t i = 0; i < pointers.size(); ++i) {
        chosen.values[i] = *pointers[i];
      }
    });
  });
}

}  // namespace

void add_gather(job& here, memory& of) {
  auto& chosen = here.keep<fixture>(here, of);
  add_gather_of(here, of, chosen, chosen.near, "neighbour");
  add_gather_of(here, of, chosen, chosen.all, "all");
  add_mpi_get(here, of, chosen, "shared", of.shared, chosen.values.size());
  add_mpi_get(here, of, chosen, "created", of.created, chosen.few);
}

void add_scatter(job& here, memory& of) {
  auto& chosen = here.keep<fixture>(here, of);
  here.add("scatter_neighbour", [&](benchmark::State& state) {
    const std::size_t count = of.near() ? chosen.values.size() : std::min<std::size_t>(chosen.values.size(), 65536);
    const std::span<const std::size_t> index(chosen.near.index.data(), count);
    const std::span<const word> values(chosen.values.data(), count);
    repeat_elements(state, count, [&] { of.written.scatter(index, values); });
  });
  here.add("put_each_neighbour", [&](benchmark::State& state) {
    repeat_elements(state, chosen.few, [&] {
      for (std::size_t i = 0; i < chosen.few; ++i) {
        of.written[chosen.near.index[i]] = chosen.values[i];
      }
    });
  });
  here.add("stores_neighbour", [&](benchmark::State& state) {
    std::vector<word*> pointers;
    std::transform(chosen.near.index.begin(), chosen.near.index.end(), std::back_inserter(pointers),
                   [base = of.where_written(), &of](std::size_t i) { return base + (i - neighbour * of.words); });
    repeat_elements(state, pointers.size(), [&] {
      for (std::size_t i = 0; i < pointers.size(); ++i) {
        *pointers[i] = chosen.values[i];
      }
    });
  });
  add_mpi_put(here, of, chosen, "shared", of.shared, chosen.values.size());
  add_mpi_put(here, of, chosen, "created", of.created, chosen.few);
}

}  // namespace liana::benchmarks::bulk
