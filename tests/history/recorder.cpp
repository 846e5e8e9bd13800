#include "tests/history/recorder.hpp"

#include <atomic>
#include <chrono>

namespace liana_tests {

namespace {

// In decimal, a value tells history, process and number of the write.
constexpr std::uint64_t values_per_process = 10'000;
constexpr std::uint64_t processes_at_most = 100;

template <class Pointer>
using object_of = typename Pointer::value_type;

}  // namespace

recorder::recorder(const shared_blocks& blocks, std::uint32_t process, std::uint64_t number, bool timed,
                   std::uint64_t seed)
    : blocks_(&blocks),
      process_(process),
      timed_(timed),
      next_value_((number * processes_at_most + process) * values_per_process + 1),
      random_(mixed(mixed(seed + number) + process)) {}

std::uint64_t recorder::now() const {
  if (!timed_) return 0;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time).count());
}

void recorder::linger() {
  if (once_in(8)) std::this_thread::yield();
}

void recorder::run(std::size_t accesses) {
  for (std::size_t i = 0; i < accesses; ++i) {
    const auto block = static_cast<std::uint32_t>(random_() % shared_blocks::per_history);
    if (once_in(12)) {
      update_two();
    } else if (shared_blocks::in_array(block)) {
      access_array(block);
    } else {
      access_object(block);
    }
    linger();
  }
}

void recorder::read_all() {
  for (std::uint32_t block = 0; block < shared_blocks::per_history; ++block) {
    if (shared_blocks::in_array(block)) {
      read_view(block);
    } else {
      blocks_->with_object(block, [&](auto at) { read_object(block, at); });
    }
  }
}

void recorder::clear(const shared_blocks& blocks, std::uint32_t block) {
  if (shared_blocks::in_array(block)) {
    auto view = blocks.array().write(blocks.first_element(block), shared_blocks::array_words);
    std::fill(view.begin(), view.end(), 0U);
  } else {
    blocks.with_object(block, [](auto at) { at.put(object_of<decltype(at)>{}); });
  }
}

// ---- objects ----

void recorder::access_object(std::uint32_t block) {
  blocks_->with_object(block, [&](auto at) {
    const std::uint64_t kind = random_() % 8;
    if (kind == 0) {
      at.prefetch();
    } else if (kind < 4) {
      read_object(block, at);
    } else if (kind < 6 || shared_blocks::only_updated(block)) {
      update_object(block, at);
    } else {
      const std::uint64_t value = new_value();
      const auto whole_object = object_of<decltype(at)>::filled(value);
      const std::uint64_t begin = now();
      at.put(whole_object);
      record_put(block, value, begin, now());
    }
  });
}

template <class Pointer>
void recorder::read_object(std::uint32_t block, Pointer at) {
  const std::uint64_t begin = now();
  if (once_in(2)) {
    const auto object = at.get();
    const std::uint64_t end = now();
    record_read(block, whole(block, object.value), begin, end);
  } else {
    const auto guard = at.read();
    const std::uint64_t end = now();
    const std::uint64_t value = whole(block, guard->value);
    record_read(block, value, begin, end);
    linger();
    EXPECT_EQ(whole(block, guard->value), value) << "a snapshot of block " << block << " changed";
  }
}

template <class Pointer>
void recorder::update_object(std::uint32_t block, Pointer at) {
  const std::uint64_t value = new_value();
  const std::uint64_t begin = now();
  if (once_in(2)) {
    const std::uint64_t seen = at.update([&](auto& object) {
      const std::uint64_t before = whole(block, object.value);
      object.value.fill(value);
      return before;
    });
    record_update(block, seen, value, begin, now());
  } else {
    auto guard = at.write();
    const std::uint64_t seen = whole(block, guard->value);
    guard->value.back() = UINT64_MAX;  // half written: nobody may see it
    linger();
    guard->value.fill(value);
    guard.release();
    record_update(block, seen, value, begin, now());
  }
}

// The two are held at once, so nothing comes between any of the four accesses. They may be words of one block.
void recorder::update_two() {
  const auto pair = static_cast<std::uint32_t>(2 * (random_() % (shared_blocks::per_history / 2)));
  if (shared_blocks::in_array(pair)) return;
  blocks_->with_object(pair, [&](auto first) {
    blocks_->with_object(pair + 1, [&](auto second) {
      const std::array<std::uint64_t, 2> values{new_value(), new_value()};
      const std::uint64_t begin = now();
      auto [a, b] = liana::write_guards(first, second);
      const std::array<std::uint64_t, 2> seen{whole(pair, a->value), whole(pair + 1, b->value)};
      a->value.fill(values[0]);
      b->value.fill(values[1]);
      b.release();
      a.release();
      const std::uint64_t end = now();
      record_update(pair, seen[0], values[0], begin, end);
      record_update(pair + 1, seen[1], values[1], begin, end);
    });
  });
}

// ---- blocks of the array ----

void recorder::access_array(std::uint32_t block) {
  if (once_in(8)) {
    blocks_->array().prefetch(blocks_->first_element(block), shared_blocks::array_words);
  } else if (once_in(2)) {
    read_view(block);
  } else {
    write_view(block);
  }
}

void recorder::read_view(std::uint32_t block) {
  const std::uint64_t begin = now();
  const auto view = blocks_->array().read(blocks_->first_element(block), shared_blocks::array_words);
  const std::uint64_t end = now();
  const auto words = *view.chunks().begin();
  const std::uint64_t value = whole(block, words);
  record_read(block, value, begin, end);
  linger();
  EXPECT_EQ(whole(block, words), value) << "a snapshot of block " << block << " changed";
}

// Whether it wants to know what it overwrites or not.
void recorder::write_view(std::uint32_t block) {
  const bool blind = !shared_blocks::only_updated(block) && once_in(2);
  const std::uint64_t value = new_value();
  const std::uint64_t begin = now();
  auto view = blocks_->array().write(blocks_->first_element(block), shared_blocks::array_words);
  const std::uint64_t seen = whole(block, *view.chunks().begin());
  std::fill(view.begin(), view.end(), value);
  linger();
  view.release();
  if (blind) {
    record_put(block, value, begin, now());
  } else {
    record_update(block, seen, value, begin, now());
  }
}

// ---- the record ----

std::uint64_t recorder::whole(std::uint32_t block, std::span<const std::uint64_t> words) const {
  const auto other = std::find_if(words.begin(), words.end(), [&](std::uint64_t word) { return word != words[0]; });
  if (other == words.end()) return words[0];
  ADD_FAILURE() << "process " << process_ << " saw block " << block << " torn: word 0 is " << words[0] << ", word "
                << (other - words.begin()) << " is " << *other;
  return UINT64_MAX;
}

void recorder::record_read(std::uint32_t block, std::uint64_t value, std::uint64_t begin, std::uint64_t end) {
  recorded_.push_back({.process = process_, .block = block, .value = value, .begin = begin, .end = end});
}

void recorder::record_put(std::uint32_t block, std::uint64_t value, std::uint64_t begin, std::uint64_t end) {
  recorded_.push_back({.process = process_, .block = block, .write = true, .value = value, .begin = begin, .end = end});
}

void recorder::record_update(std::uint32_t block, std::uint64_t seen, std::uint64_t value, std::uint64_t begin,
                             std::uint64_t end) {
  record_read(block, seen, begin, end);
  record_put(block, value, begin, end);
  recorded_.back().updates = true;
}

}  // namespace liana_tests
