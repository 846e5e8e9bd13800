#include "halo.hpp"

namespace cg {

halo::halo(const std::vector<column>& needed, const liana::array<double>& of)
    : needed_(needed.begin(), needed.end()), elements_(needed.size()) {
  const std::size_t in_block = of.block_elements();
  for (const std::size_t each : needed_) {
    const bool goes_on =
        !runs_.empty() && each / in_block <= (runs_.back().first + runs_.back().second - 1) / in_block + 1;
    if (goes_on) {
      runs_.back().second = each + 1 - runs_.back().first;
    } else {
      runs_.emplace_back(each, 1);
    }
  }
}

void halo::prefetch(const liana::array<double>& from) const {
  for (const auto& [first, count] : runs_) from.prefetch(first, count);
}

std::span<const double> halo::get(const liana::array<double>& from) {
  from.gather(needed_, elements_);
  return elements_;
}

}  // namespace cg
