// The two ways to keep words that all ranks update.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <liana/liana.hpp>

#include "problem.hpp"

namespace gups {

/// Words that are updated one by one, each atomically: no update is lost.
class atomic_words {
 public:
  /// Collective. Word i is i.
  explicit atomic_words(const problem& of);

  /// Word index[k] ^= operands[k].
  void update(std::span<const std::size_t> index, std::span<const std::uint64_t> operands);

  /// This rank's words, from the first to before the second.
  [[nodiscard]] std::pair<std::size_t, std::size_t> own() const { return words_.local_range(); }
  void read(std::size_t first, std::span<std::uint64_t> out) const { words_.load(first, out); }
  /// Collective.
  void destroy() { liana::destroy(words_); }

 private:
  liana::atomic_array<std::uint64_t> words_;
};

/// Words that are read, changed and written back: each access is coherent, but what another rank does between the two
/// is lost.
class plain_words {
 public:
  /// Collective. Word i is i.
  explicit plain_words(const problem& of);

  /// Word index[k] ^= operands[k].
  void update(std::span<const std::size_t> index, std::span<const std::uint64_t> operands);

  /// As those of `atomic_words`.
  [[nodiscard]] std::pair<std::size_t, std::size_t> own() const { return words_.local_range(); }
  void read(std::size_t first, std::span<std::uint64_t> out) const { words_.get(first, out); }
  void destroy() { liana::destroy(words_); }

 private:
  liana::array<std::uint64_t> words_;
  std::vector<std::uint64_t> values_;
};

}  // namespace gups
