#include "growth_accesses.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include <mpi.h>

#include <liana/liana.hpp>

namespace growth {
namespace {

using clock_type = std::chrono::steady_clock;
using json = nlohmann::ordered_json;

constexpr std::size_t most_objects = 64;
constexpr std::size_t bytes_per_window = std::size_t{4} << 20U;
constexpr std::size_t barriers_per_window = 40;

template <std::size_t Bytes>
struct block_of {
  std::array<std::uint64_t, Bytes / 8> words;
};

/// As many objects as a window takes.
template <std::size_t Bytes>
inline constexpr std::size_t objects_of = std::clamp<std::size_t>(bytes_per_window / Bytes, 4, most_objects);

double time_per(std::size_t count, const std::function<void(std::size_t)>& operation) {
  const auto start = clock_type::now();
  for (std::size_t i = 0; i < count; ++i) {
    operation(i);
  }
  return std::chrono::duration<double>(clock_type::now() - start).count() / static_cast<double>(count);
}

/// Collective. What one rank has measured, on rank 0; the others have 0 there.
std::vector<double> gather_measured(const std::vector<double>& mine) {
  std::vector<double> all(mine.size());
  MPI_Reduce(mine.data(), all.data(), static_cast<int>(mine.size()), MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
  return {all.begin() + static_cast<std::ptrdiff_t>(warm_up_windows), all.end()};
}

template <std::size_t Bytes>
class shared_objects {
 public:
  using object = block_of<Bytes>;

  /// Collective. At rank 0.
  shared_objects() : at_(objects_of<Bytes>), value_(std::make_unique<object>()) {
    if (liana::rank() == 0) {
      std::generate(at_.begin(), at_.end(), [] { return liana::make_global<object>(); });
    }
    MPI_Bcast(at_.data(), static_cast<int>(at_.size() * sizeof at_[0]), MPI_BYTE, 0, MPI_COMM_WORLD);
  }
  shared_objects(const shared_objects&) = delete;
  shared_objects& operator=(const shared_objects&) = delete;
  /// Collective.
  ~shared_objects() {
    MPI_Barrier(MPI_COMM_WORLD);
    if (liana::rank() == 0) {
      std::for_each(at_.begin(), at_.end(), [](auto each) { liana::destroy(each); });
    }
  }

  /// Collective. In each window ranks 1 to `sharers` read all objects, then `writer` writes them. Returns the times of
  /// rank 1's reads and of the writes, on rank 0.
  json run(std::size_t windows, int sharers, int writer) {
    std::vector<double> reads(windows);
    std::vector<double> writes(windows);
    for (std::size_t window = 0; window < windows; ++window) {
      MPI_Barrier(MPI_COMM_WORLD);
      if (liana::rank() >= 1 && liana::rank() <= sharers) {
        const double time = time_per(at_.size(), [&](std::size_t i) { sum_ += at_[i].read()->words[0]; });
        reads[window] = liana::rank() == 1 ? time : 0;
      }
      MPI_Barrier(MPI_COMM_WORLD);
      if (liana::rank() == writer) {
        value_->words[0] = window;
        writes[window] = time_per(at_.size(), [&](std::size_t i) { at_[i].put(*value_); });
      }
    }
    liana::barrier();
    json times;
    times["read_miss"] = summarise(gather_measured(reads));
    times["write"] = summarise(gather_measured(writes));
    return times;
  }

  /// Bytes are copied from one object's worth of memory to another's.
  std::vector<double> copy(std::size_t windows) {
    const auto to = std::make_unique<std::array<object, objects_of<Bytes>>>();
    std::vector<double> times(windows);
    for (double& each : times) {
      each = time_per(at_.size(), [&](std::size_t i) {
        std::memcpy(&(*to)[i], value_.get(), Bytes);
        asm volatile("" : : "r"(to.get()) : "memory");  // the copy is wanted
      });
    }
    return times;
  }

 private:
  std::vector<liana::global_ptr<object>> at_;
  std::unique_ptr<object> value_;
  std::uint64_t sum_ = 0;
};

template <std::size_t Bytes>
json measure_block_size(std::size_t windows) {
  shared_objects<Bytes> objects;
  json row;
  row["block_bytes"] = Bytes;
  row.update(objects.run(windows, 1, 0));
  row["memcpy"] = summarise(gather_measured(objects.copy(windows)));
  return row;
}

template <std::size_t... Bytes>
json measure_each(std::size_t windows, std::index_sequence<Bytes...> /*sizes*/) {
  return json::array({measure_block_size<Bytes>(windows)...});
}

}  // namespace

json summarise(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {{"least", values.front()}, {"median", values[values.size() / 2]}, {"most", values.back()}};
}

json measure_barriers(std::size_t windows) {
  std::vector<double> liana_times(windows);
  std::vector<double> mpi_times(windows);
  for (std::size_t window = 0; window < windows; ++window) {
    liana_times[window] = time_per(barriers_per_window, [](std::size_t) { liana::barrier(); });
    mpi_times[window] = time_per(barriers_per_window, [](std::size_t) { MPI_Barrier(MPI_COMM_WORLD); });
  }
  json times;
  times["liana"] = summarise(gather_measured(liana_times));
  times["mpi"] = summarise(gather_measured(mpi_times));
  return times;
}

json measure_sharers(std::size_t windows) {
  constexpr std::size_t bytes = 64;
  shared_objects<bytes> objects;
  json rows = json::array();
  const int last = liana::size() - 1;
  for (const int sharers : {0, 1, 2, 3, 7, 15, 30, 31}) {
    if (sharers > last) {
      break;
    }
    const json near = objects.run(windows, sharers, 0);
    json row;
    row["sharers"] = sharers;
    row["write_at_home"] = near["write"];
    if (sharers != 0) {
      row["read_miss"] = near["read_miss"];
    }
    if (sharers < last) {
      row["write_far"] = objects.run(windows, sharers, last)["write"];
    }
    rows.push_back(row);
  }
  return rows;
}

json measure_block_sizes(std::size_t windows) {
  return measure_each(windows, std::index_sequence<8, 64, 512, 4096, 32768, 262144, 1048576>());
}

}  // namespace growth
