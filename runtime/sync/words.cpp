#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <numeric>
#include <string>

#include <liana/detail/print.hpp>
#include <liana/detail/words.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/objects/objects.hpp"
#include "runtime/state/completion.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {
namespace {

constexpr unsigned word_block_log2 = 6;  ///< a cache line, shared with nothing

/// The runtime, after checking that `at` is a word of this job.
runtime_state& state_of_word(address at, const char* operation) {
  runtime_state& state = state_for(at, sizeof(std::uint64_t), operation);
  if (at.offset() % sizeof(std::uint64_t) != 0) {
    throw usage_error(std::string(operation) + " of " + to_string(at) + ": no atomic begins at this address");
  }
  return state;
}

std::atomic<std::uint64_t>* processor_word(address at) {
  return reinterpret_cast<std::atomic<std::uint64_t>*>(word_here(at));
}

std::uint64_t change_by_processor(std::atomic<std::uint64_t>& word, std::uint64_t operand, word_change change) {
  std::uint64_t old = word.load(std::memory_order_relaxed);
  while (!word.compare_exchange_weak(old, change(old, operand))) {
  }
  return old;
}

/// Operations on words, under way together. The results lie in this rank's segment, where a device can put them.
class word_batch {
 public:
  static constexpr std::size_t width = 4 * operation_buffer::words;

  word_batch(runtime_state& state, const char* operation) : state_(state), operation_(operation) {
    state.take_buffers(buffers_);
  }
  word_batch(const word_batch&) = delete;
  word_batch& operator=(const word_batch&) = delete;
  word_batch(word_batch&&) = delete;
  word_batch& operator=(word_batch&&) = delete;
  ~word_batch() {
    for (operation_buffer* const each : buffers_) {
      state_.buffers->give_back(each);
    }
  }

  /// At most `width` operations, `make(i, result)` on at[i], each home's in one chain; waits for all of them.
  template <class Make>
  void run(std::span<const address> at, Make make) {
    std::array<std::uint8_t, width> stored{};
    const auto order = std::span(stored).first(at.size());
    std::iota(order.begin(), order.end(), std::uint8_t{0});
    std::sort(order.begin(), order.end(), [&](std::uint8_t i, std::uint8_t j) {
      return at[i].home() != at[j].home() ? at[i].home() < at[j].home() : i < j;
    });
    awaited_completion ended(state_, operation_, at.front().block());
    std::array<transport::operation, width> chain;
    for (std::size_t i = 0; i < order.size();) {
      const rank_t home = at[order[i]].home();
      std::size_t length = 0;
      for (; i < order.size() && at[order[i]].home() == home; ++i) {
        chain[length] = make(order[i], &result(order[i]));
        ++length;
      }
      state_.wire->post(home, std::span(chain).first(length), ended.get());
    }
    ended.wait(at.front().home());
  }

  [[nodiscard]] std::uint64_t& result(std::size_t i) {
    return buffers_[i / operation_buffer::words]->results()[i % operation_buffer::words];
  }

 private:
  runtime_state& state_;
  const char* operation_;
  std::array<operation_buffer*, 4> buffers_{};
};

/// One operation on one word; returns what it found.
template <class Make>
std::uint64_t run_one(runtime_state& state, address at, const char* operation, Make make) {
  const lent_buffer buffer(state);
  const std::array chain{make(state.data_at(at), &buffer.get().before)};
  post_and_wait(state, at.home(), chain, operation, at.block());
  return buffer.get().before;
}

/// Calls f(begin, count) for runs of at most word_batch::width.
template <class F>
void for_batches(std::size_t count, F f) {
  for (std::size_t begin = 0; begin < count; begin += word_batch::width) {
    f(begin, std::min(word_batch::width, count - begin));
  }
}

runtime_state& state_of_words(std::span<const address> at, const char* operation) {
  for (const address each : at) {
    static_cast<void>(state_of_word(each, operation));
  }
  return require_runtime(operation);
}

/// By compare-and-swap, in rounds: a rank that was not quick enough tries again from what it found. In each round at
/// least one of those that change the same word succeeds.
void change_in_rounds(runtime_state& state, word_batch& batch, std::span<const address> at,
                      std::span<const std::uint64_t> operands, word_change change, std::span<std::uint64_t> old) {
  batch.run(at, [&](std::size_t i, std::uint64_t* to) {
    return transport::operation::read(state.data_at(at[i]), to, sizeof *to);
  });
  std::array<address, word_batch::width> left;
  std::array<std::uint8_t, word_batch::width> position{};
  std::size_t count = at.size();
  for (std::size_t i = 0; i < count; ++i) {
    old[i] = batch.result(i);
    left[i] = at[i];
    position[i] = static_cast<std::uint8_t>(i);
  }
  while (count != 0) {
    batch.run(std::span(left).first(count), [&](std::size_t i, std::uint64_t* to) {
      const std::size_t which = position[i];
      return transport::operation::compare_swap(state.data_at(left[i]), old[which], change(old[which], operands[which]),
                                                to);
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t found = batch.result(i);
      if (std::uint64_t& guess = old[position[i]]; guess != found) {
        guess = found;
        position[kept] = position[i];
        left[kept] = left[i];
        ++kept;
      }
    }
    count = kept;
  }
}

}  // namespace

std::uint64_t load_word(address at, const char* operation) {
  if (const auto* const word = processor_word(at)) {
    return word->load();
  }
  runtime_state& state = state_of_word(at, operation);
  return run_one(state, at, operation, [](std::uint64_t remote, std::uint64_t* to) {
    return transport::operation::read(remote, to, sizeof *to);
  });
}

std::uint64_t add_to_word(address at, std::uint64_t operand, const char* operation) {
  if (auto* const word = processor_word(at)) {
    return word->fetch_add(operand);
  }
  runtime_state& state = state_of_word(at, operation);
  return run_one(state, at, operation, [operand](std::uint64_t remote, std::uint64_t* to) {
    return transport::operation::fetch_add(remote, operand, to);
  });
}

std::uint64_t swap_word(address at, std::uint64_t expected, std::uint64_t desired, const char* operation) {
  if (auto* const word = processor_word(at)) {
    word->compare_exchange_strong(expected, desired);
    return expected;
  }
  runtime_state& state = state_of_word(at, operation);
  return run_one(state, at, operation, [expected, desired](std::uint64_t remote, std::uint64_t* to) {
    return transport::operation::compare_swap(remote, expected, desired, to);
  });
}

std::uint64_t change_word(address at, std::uint64_t operand, word_change change, const char* operation) {
  if (auto* const word = processor_word(at)) {
    return change_by_processor(*word, operand, change);
  }
  std::uint64_t guess = 0;  // as good as any: a wrong guess returns the value
  for (;;) {
    const std::uint64_t before = swap_word(at, guess, change(guess, operand), operation);
    if (before == guess) {
      return before;
    }
    guess = before;
  }
}

void change_words(std::span<const address> at, std::span<const std::uint64_t> operands, word_change change,
                  std::span<std::uint64_t> before, const char* operation) {
  runtime_state& state = state_of_words(at, operation);
  if (words_are_near(state.hot)) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      auto& word = *processor_word(at[i]);
      const std::uint64_t old =
          change == nullptr ? word.fetch_add(operands[i]) : change_by_processor(word, operands[i], change);
      if (!before.empty()) {
        before[i] = old;
      }
    }
    return;
  }
  word_batch batch(state, operation);
  for_batches(at.size(), [&](std::size_t begin, std::size_t count) {
    const auto some = at.subspan(begin, count);
    const auto with = operands.subspan(begin, count);
    std::array<std::uint64_t, word_batch::width> old{};
    if (change != nullptr) {
      change_in_rounds(state, batch, some, with, change, old);
    } else {
      batch.run(some, [&](std::size_t i, std::uint64_t* to) {
        return transport::operation::fetch_add(state.data_at(some[i]), with[i], to);
      });
      for (std::size_t i = 0; i < count; ++i) {
        old[i] = batch.result(i);
      }
    }
    if (!before.empty()) {
      std::copy_n(old.begin(), count, before.begin() + static_cast<std::ptrdiff_t>(begin));
    }
  });
}

void load_words(std::span<const address> at, std::span<std::uint64_t> values, const char* operation) {
  runtime_state& state = state_of_words(at, operation);
  assert(!words_are_near(state.hot));  // R1: CPUs change them then
  word_batch batch(state, operation);
  for_batches(at.size(), [&](std::size_t begin, std::size_t count) {
    const auto some = at.subspan(begin, count);
    batch.run(some, [&](std::size_t i, std::uint64_t* to) {
      return transport::operation::read(state.data_at(some[i]), to, sizeof *to);
    });
    for (std::size_t i = 0; i < count; ++i) {
      values[begin + i] = batch.result(i);
    }
  });
}

address make_word(std::uint64_t value, const char* operation) {
  runtime_state& state = require_runtime(operation);
  const address at = allocate_blocks(state, word_block_log2, 1, operation);
  // Before anybody else knows the word, so that no atomic meets it.
  reinterpret_cast<std::atomic<std::uint64_t>*>(near_data(state, at))->store(value, std::memory_order_release);
  return at;
}

}  // namespace liana::detail
