// The course of the program, whatever the table lies in.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "../place.hpp"
#include "../times.hpp"
#include "command_line.hpp"
#include "replay.hpp"

namespace gups {

/// Collective. Returns whether no more words are wrong than the way of updating them allows.
template <class Table>
bool verify(Table& table, const settings& with, double allowed, const apps::place& at) {
  const std::vector<std::uint64_t> own = table.own_words();
  const std::uint64_t wrong = table.sum(wrong_words(with.what, table.first_own_word(), own));
  const double rate = static_cast<double>(wrong) / static_cast<double>(with.what.words());
  const bool good = rate <= allowed;
  if (at.rank == 0) {
    fmt::print("{} of {} words differ from the same updates in plain memory: {:.4f} %, allowed is {} %: {}\n", wrong,
               with.what.words(), 100 * rate, 100 * allowed, good ? "good" : "WRONG");
  }
  return good;
}

/// Collective. What the program does with a `Table` whose words are their own numbers; returns its exit status. At most
/// the part `allowed` of the words may be wrong in the end. A table has
///
///     void update();            // collective: all updates of all ranks
///     void meet();              // collective: waits for all ranks
///     own_words(), first_own_word()  // a copy of this rank's words, which lie one after the other, and where they
///     begin sum(number)               // collective: of all ranks' numbers
template <class Table>
int run(Table& table, const settings& with, double allowed, const apps::place& at) {
  const problem& what = with.what;
  if (at.rank == 0) {
    fmt::print("{} ranks, 2^{} words, {} updates, up to {} at once\n", at.ranks, what.log2_words, what.updates(),
               with.at_once(at.ranks));
    std::fflush(stdout);
  }
  table.meet();
  const apps::seconds time = apps::time_of([&] { table.update(); });
  if (at.rank == 0) {
    apps::print_times("run", {time});
    fmt::print("{:.6f} GUP/s\n", 1e-9 * static_cast<double>(what.updates()) / time.count());
    std::fflush(stdout);
  }
  return !with.verify || verify(table, with, allowed, at) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace gups
