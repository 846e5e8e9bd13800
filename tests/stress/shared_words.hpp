// Words that all ranks of one machine share without Liana: by them the tests know what Liana must show.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <liana/mpi.hpp>

namespace liana_tests {

/// Zeroed words in a window of shared memory, one set per machine. Any thread may use any word.
class shared_words {
 public:
  /// Collective over MPI_COMM_WORLD.
  explicit shared_words(std::size_t count) : count_(count) {
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine_);
    int rank = 0;
    int here = 0;
    int everywhere = 0;
    MPI_Comm_rank(machine_, &rank);
    MPI_Comm_size(machine_, &here);
    MPI_Comm_size(MPI_COMM_WORLD, &everywhere);
    covers_all_ranks_ = here == everywhere;
    const auto bytes = static_cast<MPI_Aint>(rank == 0 ? count * sizeof(std::uint64_t) : 0);
    MPI_Win_allocate_shared(bytes, sizeof(std::uint64_t), MPI_INFO_NULL, machine_, &words_, &window_);
    MPI_Aint size = 0;
    int unit = 0;
    MPI_Win_shared_query(window_, 0, &size, &unit, &words_);
    if (rank == 0) {
      for (std::size_t i = 0; i < count; ++i) words_[i] = 0;
    }
    MPI_Barrier(machine_);
  }
  shared_words(const shared_words&) = delete;
  shared_words& operator=(const shared_words&) = delete;

  /// Collective.
  ~shared_words() {
    MPI_Win_free(&window_);
    MPI_Comm_free(&machine_);
  }

  /// Whether one machine runs all ranks, so that what these words do not know has not happened.
  bool covers_all_ranks() const { return covers_all_ranks_; }

  std::atomic_ref<std::uint64_t> operator[](std::size_t i) const {
    if (i >= count_) throw std::out_of_range("shared_words");
    return std::atomic_ref<std::uint64_t>(words_[i]);
  }

  /// The word becomes `value` unless it is larger already.
  void raise(std::size_t i, std::uint64_t value) const {
    const auto word = (*this)[i];
    std::uint64_t known = word.load();
    while (known < value && !word.compare_exchange_weak(known, value)) {
    }
  }

 private:
  std::size_t count_;
  bool covers_all_ranks_ = false;
  MPI_Comm machine_ = MPI_COMM_NULL;
  MPI_Win window_ = MPI_WIN_NULL;
  std::uint64_t* words_ = nullptr;
};

}  // namespace liana_tests
