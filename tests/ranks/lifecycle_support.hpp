// For the tests that start runtimes of their own.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "tests/ranks/support.hpp"

namespace liana_tests {

/// Sets an environment variable while it lives; an empty value takes it away.
class scoped_variable {
 public:
  scoped_variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    set(value);
  }
  scoped_variable(const scoped_variable&) = delete;
  scoped_variable& operator=(const scoped_variable&) = delete;
  ~scoped_variable() { set(old_); }

 private:
  void set(const std::optional<std::string>& value) const {
    if (value) {
      setenv(name_, value->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

  const char* name_;
  std::optional<std::string> old_;
};

/// This process's rank in MPI_COMM_WORLD, without Liana.
inline int world_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

inline int world_size() {
  int size = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

/// A communicator that is freed at the end of its scope.
class scoped_communicator {
 public:
  /// As MPI_Comm_split of MPI_COMM_WORLD. Collective.
  scoped_communicator(int color, int key) { MPI_Comm_split(MPI_COMM_WORLD, color, key, &comm_); }
  scoped_communicator(const scoped_communicator&) = delete;
  scoped_communicator& operator=(const scoped_communicator&) = delete;
  ~scoped_communicator() { MPI_Comm_free(&comm_); }

  MPI_Comm get() const { return comm_; }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
};

/// Writes and reads across the ranks of the running runtime; `salt` tells concurrent and successive ones apart.
/// Collective.
inline void expect_working_memory(std::int64_t salt) {
  const auto objects = from_every_rank(liana::make_global<std::int64_t>());
  for (const auto& object : objects) EXPECT_EQ(object.get(), 0);
  liana::barrier();
  objects[static_cast<std::size_t>((liana::rank() + 1) % liana::size())].put(salt + liana::rank());
  liana::barrier();
  for (liana::rank_t home = 0; home < liana::size(); ++home) {
    const liana::rank_t writer = (home + liana::size() - 1) % liana::size();
    EXPECT_EQ(objects[static_cast<std::size_t>(home)].get(), salt + writer);
  }
  auto a = liana::make_array<std::int64_t>(1000, {.block_bytes = 64, .layout = liana::layout::cyclic});
  for (auto i = static_cast<std::size_t>(liana::rank()); i < 1000; i += static_cast<std::size_t>(liana::size())) {
    a[i] = salt + static_cast<std::int64_t>(i);
  }
  liana::barrier();
  const auto view = a.read(0, 1000);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(view[i], salt + static_cast<std::int64_t>(i));
  EXPECT_EQ(liana::all_reduce(1, [](int x, int y) { return x + y; }), liana::size());
}

}  // namespace liana_tests
