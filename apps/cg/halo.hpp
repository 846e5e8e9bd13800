#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <liana/liana.hpp>

#include "matrix.hpp"

namespace cg {

/// The elements of others that a rank needs of a shared vector, again and again.
class halo {
 public:
  /// `needed` in ascending order; `of` is any array that is to be read by this, all of which have blocks of one size.
  halo(const std::vector<column>& needed, const liana::array<double>& of);

  /// Starts to fetch what is far; does not wait.
  void prefetch(const liana::array<double>& from) const;

  /// Reads the elements, in the order of `needed`. Good until the next call.
  std::span<const double> get(const liana::array<double>& from);

 private:
  std::vector<std::size_t> needed_;
  std::vector<std::pair<std::size_t, std::size_t>> runs_;  // first element and number, in blocks that follow each other
  std::vector<double> elements_;
};

}  // namespace cg
