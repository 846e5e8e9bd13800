#include <limits>
#include <memory>

#include <fmt/format.h>

#include <liana/detail/array_storage.hpp>
#include <liana/detail/words.hpp>
#include <liana/error.hpp>
#include <liana/parallel_for.hpp>

#include "runtime/group/meeting.hpp"
#include "runtime/state/runtime_state.hpp"
#include "runtime/sync/range_word.hpp"

namespace liana::detail {
namespace {

constexpr const char* operation = "parallel_for";

const char* name_of(schedule how) {
  constexpr std::array names{"fixed", "counter", "stealing"};
  return names[static_cast<std::size_t>(how)];
}

/// What loops keep with the runtime: each rank's word, a line of its own in an array that the first loop makes. Written
/// by that collective call.
class loop_words final : public layer_part {
 public:
  explicit loop_words(rank_t ranks)
      : words_(make_array_storage(static_cast<std::size_t>(ranks), entry_bytes, {.block_bytes = entry_bytes},
                                  operation)) {}

  [[nodiscard]] address of(rank_t rank) const { return words_->first[static_cast<std::size_t>(rank)]; }

 private:
  std::shared_ptr<array_storage> words_;
};

address word_of(const runtime_state& state, rank_t rank) { return static_cast<loop_words&>(*state.loops).of(rank); }

/// The rank's run of `count` things of which each rank has as many, as far as they go.
index_range run_of_rank(std::uint64_t count, const runtime_state& state) {
  const auto ranks = static_cast<std::uint64_t>(state.size());
  const auto rank = static_cast<std::uint64_t>(state.rank());
  const std::uint64_t each = (count + ranks - 1) / ranks;
  return {.begin = static_cast<std::uint32_t>(std::min(count, rank * each)),
          .end = static_cast<std::uint32_t>(std::min(count, (rank + 1) * each))};
}

void set_word(address word, std::uint64_t value) {
  change_word(
      word, value, [](std::uint64_t, std::uint64_t desired) { return desired; }, operation);
}

}  // namespace

loop_chunks::loop_chunks(std::size_t count, parallel_for_options with)
    : count_(count), with_(with), chunks_(with.chunk == 0 ? 0 : (count + with.chunk - 1) / with.chunk) {
  runtime_state& state = require_runtime(operation);
  random_ = first_random(state.rank());
  const std::string call =
      fmt::format("parallel_for({} iterations, {}, chunks of {})", count, name_of(with.schedule), with.chunk);
  if (with.schedule != schedule::fixed) {
    if (state.loops == nullptr) {
      state.loops = std::make_unique<loop_words>(state.size());
    }
    // All ranks have left the loop before, and nobody takes a chunk of this one before all have met.
    const index_range mine = run_of_rank(chunks_, state);
    set_word(word_of(state, state.rank()), with.schedule == schedule::counter ? 0 : pack(mine));
  }
  meet(state, call);
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 1;
  if (with.chunk == 0 || (with.schedule == schedule::stealing && chunks_ > most)) {
    throw usage_error(fmt::format(
        "{}: a chunk needs at least one iteration, and a loop with schedule::stealing can have at most {} chunks", call,
        most));
  }
}

std::pair<std::size_t, std::size_t> loop_chunks::iterations(std::uint64_t first, std::uint64_t chunks) const {
  return {std::min<std::size_t>(count_, first * with_.chunk),
          std::min<std::size_t>(count_, (first + chunks) * with_.chunk)};
}

std::pair<std::size_t, std::size_t> loop_chunks::next() {
  switch (with_.schedule) {
    case schedule::counter:
      return next_of_counter();
    case schedule::stealing:
      return next_of_range();
    default: {
      if (std::exchange(begun_, true)) {
        return {0, 0};
      }
      const runtime_state& state = require_runtime(operation);
      const std::size_t each =
          (count_ + static_cast<std::size_t>(state.size()) - 1) / static_cast<std::size_t>(state.size());
      const std::size_t first = std::min(count_, each * static_cast<std::size_t>(state.rank()));
      return {first, std::min(count_, first + each)};
    }
  }
}

std::pair<std::size_t, std::size_t> loop_chunks::next_of_counter() {
  const std::uint64_t chunk = add_to_word(word_of(require_runtime(operation), 0), 1, operation);
  return chunk < chunks_ ? iterations(chunk, 1) : std::pair<std::size_t, std::size_t>(0, 0);
}

std::pair<std::size_t, std::size_t> loop_chunks::next_of_range() {
  const runtime_state& state = require_runtime(operation);
  do {
    if (const index_range chunk = take_some(word_of(state, state.rank()), 1, operation); !chunk.empty()) {
      return iterations(chunk.begin, 1);
    }
  } while (steal());
  return {0, 0};
}

/// One look at all other ranks. What is taken becomes this rank's range, from which it may be taken again.
bool loop_chunks::steal() {
  const runtime_state& state = require_runtime(operation);
  const auto ranks = static_cast<std::uint64_t>(state.size());
  const std::uint64_t start = next_random(random_) % ranks;
  for (std::uint64_t i = 0; i < ranks; ++i) {
    const auto victim = static_cast<rank_t>((start + i) % ranks);
    if (victim == state.rank()) {
      continue;
    }
    const index_range taken = take_half(word_of(state, victim), half::upper, chunks_, operation);
    if (!taken.empty()) {
      set_word(word_of(state, state.rank()), pack(taken));
      return true;
    }
  }
  return false;
}

}  // namespace liana::detail
