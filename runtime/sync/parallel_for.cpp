#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <memory>
#include <string>
#include <utility>

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

constexpr std::array schedules{"fixed", "counter", "stealing"};

bool is_schedule(schedule how) { return static_cast<std::size_t>(how) < schedules.size(); }

std::string describe(std::size_t count, parallel_for_options with) {
  const auto how = static_cast<std::size_t>(with.schedule);
  return fmt::format("parallel_for({} iterations, {}, chunks of {})", count,
                     is_schedule(with.schedule) ? schedules[how] : fmt::format("schedule {}", how), with.chunk);
}

/// What loops keep with the runtime.
class loops_of_rank final : public layer_part {
 public:
  /// Collective: each rank's word, a line of its own in an array. There once and for all after the first call.
  void make_words(rank_t ranks) {
    if (words_ == nullptr) {
      words_ =
          make_array_storage(static_cast<std::size_t>(ranks), entry_bytes, {.block_bytes = entry_bytes}, operation);
    }
  }

  [[nodiscard]] address word_of(rank_t rank) const { return words_->first[static_cast<std::size_t>(rank)]; }

  std::atomic<bool> running{false};  ///< a thread of this rank is in a loop

 private:
  std::shared_ptr<array_storage> words_;
};

/// Written by the first loop, a collective call.
loops_of_rank& loops_of(runtime_state& state) {
  if (state.loops == nullptr) {
    state.loops = std::make_unique<loops_of_rank>();
  }
  return static_cast<loops_of_rank&>(*state.loops);
}

address word_of(runtime_state& state, rank_t rank) { return loops_of(state).word_of(rank); }

/// So many parts of `size` things hold `count` things.
constexpr std::uint64_t parts_of(std::uint64_t count, std::uint64_t size) {
  return count / size + (count % size != 0 ? 1 : 0);
}

/// The rank's run of `count` things of which each rank has as many, as far as they go: from the first to before the
/// second.
std::pair<std::uint64_t, std::uint64_t> run_of_rank(std::uint64_t count, const runtime_state& state) {
  const auto rank = static_cast<std::uint64_t>(state.rank());
  const std::uint64_t each = parts_of(count, static_cast<std::uint64_t>(state.size()));
  if (each == 0 || rank > count / each) {
    return {count, count};
  }
  const std::uint64_t first = rank * each;
  return {first, first + std::min(each, count - first)};
}

void set_word(address word, std::uint64_t value) {
  change_word(
      word, value, [](std::uint64_t, std::uint64_t desired) { return desired; }, operation);
}

}  // namespace

loop_chunks::loop_chunks(std::size_t count, parallel_for_options with)
    : count_(count), with_(with), chunks_(with.chunk == 0 ? 0 : parts_of(count, with.chunk)) {
  runtime_state& state = require_runtime(operation);
  random_ = first_random(state.rank());
  const std::string call = describe(count, with);
  if (loops_of(state).running.exchange(true)) {
    throw usage_error(
        call +
        ": this rank is in another parallel_for, whose iterations it would lose; a loop cannot be begun in "
        "the body of a loop, nor by two threads of a rank at a time");
  }
  try {
    begin(state, call);
  } catch (...) {
    loops_of(state).running.store(false);
    throw;
  }
}

loop_chunks::~loop_chunks() {
  if (current->state != nullptr && current->state->loops != nullptr) {  // else the loop outlived the runtime
    loops_of(*current->state).running.store(false);
  }
}

void loop_chunks::begin(runtime_state& state, const std::string& call) const {
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 1;
  const bool too_many = with_.schedule == schedule::stealing && chunks_ > most;
  if (with_.schedule != schedule::fixed && is_schedule(with_.schedule) && !too_many) {
    loops_of(state).make_words(state.size());
    // All ranks have left the loop before, and nobody takes a chunk of this one before all have met.
    const auto [first, last] = run_of_rank(chunks_, state);
    const index_range mine{.begin = static_cast<std::uint32_t>(first), .end = static_cast<std::uint32_t>(last)};
    set_word(word_of(state, state.rank()), with_.schedule == schedule::counter ? 0 : pack(mine));
  }
  meet(state, call);
  if (!is_schedule(with_.schedule)) {
    throw usage_error(call + ": there is no such schedule");
  }
  if (with_.chunk == 0 || too_many) {
    throw usage_error(fmt::format(
        "{}: a chunk needs at least one iteration, and a loop with schedule::stealing can have at most {} chunks", call,
        most));
  }
}

void loop_chunks::end() { meet(require_runtime(operation), "the end of " + describe(count_, with_)); }

/// Iterations of one chunk.
std::pair<std::size_t, std::size_t> loop_chunks::chunk(std::uint64_t number) const {
  const std::size_t first = number * with_.chunk;
  return {first, first + std::min<std::size_t>(with_.chunk, count_ - first)};
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
      return run_of_rank(count_, require_runtime(operation));
    }
  }
}

std::pair<std::size_t, std::size_t> loop_chunks::next_of_counter() {
  const std::uint64_t number = add_to_word(word_of(require_runtime(operation), 0), 1, operation);
  return number < chunks_ ? chunk(number) : std::pair<std::size_t, std::size_t>(0, 0);
}

std::pair<std::size_t, std::size_t> loop_chunks::next_of_range() {
  runtime_state& state = require_runtime(operation);
  do {
    if (const index_range taken = take_some(word_of(state, state.rank()), 1, operation); !taken.empty()) {
      return chunk(taken.begin);
    }
  } while (steal());
  return {0, 0};
}

/// One look at all other ranks. What is taken becomes this rank's range, from which it may be taken again.
bool loop_chunks::steal() {
  runtime_state& state = require_runtime(operation);
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
