#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <liana/liana.hpp>

#include "../progress.hpp"
#include "command_line.hpp"
#include "update_stream.hpp"

namespace gups {

/// The table of words, which every rank updates wherever they are; `Words` says how. See `run` for its members.
template <class Words>
class shared_table {
 public:
  /// Collective.
  explicit shared_table(const settings& with) : with_(with), words_(with.what) {}

  void update() {
    const share mine = updates_of(with_.what, {.rank = liana::rank(), .ranks = liana::size()});
    update_stream stream(mine.first);
    std::vector<std::size_t> index(with_.at_once(liana::size()));
    std::vector<std::uint64_t> operands(index.size());
    apps::progress progress("update", liana::rank() == 0);

    for (std::uint64_t next = mine.first; next < mine.end;) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(index.size(), mine.end - next));
      for (std::size_t i = 0; i < count; ++i) {
        operands[i] = stream.next();
        index[i] = operands[i] & with_.what.mask();
      }
      words_.update(std::span(index).first(count), std::span(operands).first(count));
      next += count;
      progress.at(next, [&] { return fmt::format("{:.0f} %", percent(next, mine)); });
    }
    liana::barrier();
  }

  void meet() const { liana::barrier(); }

  [[nodiscard]] std::size_t first_own_word() const { return words_.own().first; }
  [[nodiscard]] std::vector<std::uint64_t> own_words() const {
    const auto [first, end] = words_.own();
    std::vector<std::uint64_t> words(end - first);
    words_.read(first, words);
    return words;
  }
  [[nodiscard]] std::uint64_t sum(std::uint64_t number) const { return liana::all_reduce(number, std::plus<>()); }

  /// Collective.
  void destroy() { words_.destroy(); }

 private:
  static double percent(std::uint64_t next, const share& of) {
    return 100 * static_cast<double>(next - of.first) / static_cast<double>(of.end - of.first);
  }

  settings with_;
  Words words_;
};

}  // namespace gups
