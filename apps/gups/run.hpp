// Options and course of the program, whatever the table lies in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "../common/command_line.hpp"
#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "updates.hpp"

namespace gups {

/// How a word is updated in shared memory. The twin in MPI has a way of its own.
enum class way {
  atomics,  ///< by an atomic xor
  put,      ///< read, changed and written back, which loses updates that others make in between
};

/// As many updates as a rank may hold back at a time by the rules of the benchmark.
inline constexpr std::size_t most_look_ahead = 1024;

struct settings {
  problem what;
  way by = way::atomics;
  std::size_t look_ahead = most_look_ahead;
  bool verify = true;

  /// The updates that one of so many ranks makes at once. Where words are put back, an update is lost when another one
  /// of its word is made meanwhile, by any rank; also by this one, in whose stream one update is twice the last and so
  /// hits the same word more often than chance has it. With so few at once, well below one word in a hundred is wrong.
  [[nodiscard]] std::size_t at_once(int ranks) const {
    if (by == way::atomics) return look_ahead;
    return std::clamp(what.words() / (16384 * static_cast<std::size_t>(ranks)), std::size_t{1}, look_ahead);
  }
};

using command_line = apps::command_line<settings>;

/// See apps::options::parse.
[[nodiscard]] inline command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;
  std::string by = "atomics";

  apps::options all("RandomAccess of HPC Challenge: updates of random words of one table, by all ranks of a job.");
  all.whole("--log2-words", values.what.log2_words, "words in the table, as a power of 2", 0, 40);
  all.whole("--updates-per-word", values.what.updates_per_word, "updates, as a multiple of the words", 1, 1 << 16);
  all.word("--by", by, "how a word is updated: by an atomic xor, or read and put back, which may lose updates",
           {"atomics", "put"});
  all.whole("--look-ahead", values.look_ahead, "updates that a rank collects and then makes together", 1,
            most_look_ahead);
  all.on_off("verify", values.verify, "compare with the same updates made in plain memory");

  result.exit_code = all.parse(argc, argv, speak);
  values.by = by == "put" ? way::put : way::atomics;
  return result;
}

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
