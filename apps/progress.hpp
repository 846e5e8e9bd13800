#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>

namespace apps {

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
