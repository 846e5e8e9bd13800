// How long the steps of a run take, and how far it is. apps/compare reads the line that `print_times` prints.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <numeric>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace apps {

using seconds = std::chrono::duration<double>;

[[nodiscard]] inline double milliseconds(seconds time) { return 1000 * time.count(); }

/// How long `f()` takes.
template <class F>
[[nodiscard]] seconds time_of(F f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::steady_clock::now() - start;
}

/// One line: "Time per step: median 1.2345 ms, least 1.1000 ms, greatest 2.0000 ms; 500 steps in 0.650 s". There is at
/// least one time.
inline void print_times(std::string_view unit, std::vector<seconds> times) {
  std::sort(times.begin(), times.end());
  const seconds total = std::accumulate(times.begin(), times.end(), seconds{});
  fmt::print("Time per {0}: median {1:.4f} ms, least {2:.4f} ms, greatest {3:.4f} ms; {4} {0}s in {5:.3f} s\n", unit,
             milliseconds(times[times.size() / 2]), milliseconds(times.front()), milliseconds(times.back()),
             times.size(), total.count());
}

/// Tells on one rank how far a long run is: now and then, so that a short one says nothing.
class progress {
 public:
  /// `speak` on the rank that is to print.
  progress(std::string_view unit, bool speak) : unit_(unit), speak_(speak) {}

  /// Prints "<unit> <done>: <about()>" if that is due; `about` returns text.
  template <class F>
  void at(std::size_t done, F about) {
    if (!speak_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(1)) return;
    last_ = now;
    fmt::print("{} {}: {}\n", unit_, done, about());
    std::fflush(stdout);  // mpirun's pipe would keep it until the end
  }

 private:
  std::string_view unit_;
  bool speak_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace apps
