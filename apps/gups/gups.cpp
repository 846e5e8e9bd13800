// RandomAccess in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "../common/ranks.hpp"
#include "../common/times.hpp"
#include "run.hpp"
#include "updates.hpp"

namespace gups {

namespace {

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

/// Of words that are read and put back: one cache line, because a rank that puts one has its whole block to itself
/// meanwhile.
constexpr std::size_t plain_block_bytes = 64;

/// Words that are filled in one go.
constexpr std::size_t most_at_once = 4096;

atomic_words::atomic_words(const problem& of)
    : words_(liana::make_atomic_array<std::uint64_t>(
          of.words(), {.block_bytes = apps::block_bytes(of.words(), sizeof(std::uint64_t), liana::size())})) {
  // All are 0 so far. To add many numbers at once is the fastest way to store them.
  const auto [first, end] = own();
  std::vector<std::size_t> index(most_at_once);
  for (std::size_t begin = first; begin < end; begin += index.size()) {
    index.resize(std::min(index.size(), end - begin));
    std::iota(index.begin(), index.end(), begin);
    words_.fetch_add(index, index);
  }
}

void atomic_words::update(std::span<const std::size_t> index, std::span<const std::uint64_t> operands) {
  words_.fetch_xor(index, operands);
}

plain_words::plain_words(const problem& of)
    : words_(liana::make_array<std::uint64_t>(of.words(), {.block_bytes = plain_block_bytes})) {
  const std::size_t first = own().first;
  auto mine = words_.write_local();
  std::iota(mine.begin(), mine.end(), first);
}

void plain_words::update(std::span<const std::size_t> index, std::span<const std::uint64_t> operands) {
  values_.resize(index.size());
  words_.gather(index, values_);
  for (std::size_t i = 0; i < index.size(); ++i) values_[i] ^= operands[i];
  words_.scatter(index, values_);
}

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

template <class Words>
int run_with(const settings& with, double allowed) {
  shared_table<Words> table(with);
  const int status = run(table, with, allowed, {.rank = liana::rank(), .ranks = liana::size()});
  table.destroy();
  return status;
}

}  // namespace

}  // namespace gups

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = gups::parse_command_line(argc, argv, liana::rank() == 0);
    if (exit_code) return *exit_code;
    // One word in a hundred may be wrong by the rules of the benchmark.
    return with.by == gups::way::atomics ? gups::run_with<gups::atomic_words>(with, 0)
                                         : gups::run_with<gups::plain_words>(with, 0.01);
  } catch (const std::exception& error) {
    fmt::print(stderr, "gups: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
