// Random numbers that depend on a seed and a counter alone, so that any rank can make any of them.
#pragma once

#include <cstdint>

namespace apps {

/// The generator SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). Two seeds
/// give streams that have nothing to do with each other.
class random_stream {
 public:
  explicit random_stream(std::uint64_t seed) : state_(mixed(seed * increment + increment)) {}
  random_stream(std::uint64_t seed, std::uint64_t number) : random_stream(mixed(seed + increment) ^ number) {}

  std::uint64_t next() { return mixed(state_ += increment); }

  /// Evenly from [0, 1).
  double next_unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

 private:
  static constexpr std::uint64_t increment = 0x9E3779B97F4A7C15U;

  static std::uint64_t mixed(std::uint64_t bits) {
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace apps
