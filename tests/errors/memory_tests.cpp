// Every allocation of every operation fails once. What was locked, claimed, pinned or noted by then must be given up.
//
// Rank 0 runs the operations on objects of the last rank while the others wait, so that nobody else gives anything up.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/coherence/coherence.hpp"
#include "runtime/state/runtime_state.hpp"
#include "tests/ranks/lifecycle_support.hpp"

namespace {

// `new` is made of it. NOLINTBEGIN(cppcoreguidelines-no-malloc)

/// The allocation of this thread that fails, counted from the next one on; 0: none.
thread_local int failing = 0;

void* allocate(std::size_t bytes) {
  if (failing > 0 && --failing == 0) throw std::bad_alloc();
  if (void* const memory = std::malloc(bytes); memory != nullptr) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
  try {
    return allocate(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t /*bytes*/) noexcept { std::free(at); }

// NOLINTEND(cppcoreguidelines-no-malloc)

namespace {

using namespace liana_tests;

using wide = std::array<std::uint64_t, 16>;
constexpr std::size_t elements = 2000;

/// What the operations are about. Objects and elements have their home at the last rank, but for `own`.
struct objects {
  liana::global_ptr<wide> near_or_far;
  liana::global_ptr<wide> other;
  liana::global_ptr<wide> own;
  liana::array<std::uint64_t> array;
  liana::global_atomic<std::uint64_t> word;
  liana::atomic_array<std::uint64_t> words;
  liana::global_mutex mutex;
  liana::global_shared_mutex shared_mutex;
  std::size_t first = 0;  ///< element of the last rank

  [[nodiscard]] std::vector<std::size_t> some() const {
    std::vector<std::size_t> index(100);
    for (std::size_t i = 0; i < index.size(); ++i) index[i] = first + i * 7 % 450;
    return index;
  }
};

struct operation {
  const char* name;
  void (*run)(objects&);
};

std::vector<std::uint64_t>& hundred() {
  static std::vector<std::uint64_t> values(100, 3);
  return values;
}

const operation operations[] = {
    {"get", [](objects& of) { static_cast<void>(of.near_or_far.get()); }},
    {"put", [](objects& of) { of.near_or_far.put({}); }},
    {"put_part", [](objects& of) { liana::reinterpret_pointer_cast<std::uint64_t>(of.near_or_far).put(1); }},
    {"update", [](objects& of) { of.near_or_far.update([](wide& value) { ++value[3]; }); }},
    {"read", [](objects& of) { static_cast<void>(of.near_or_far.read()->front()); }},
    {"write", [](objects& of) { of.near_or_far.write()->front() = 1; }},
    {"own_guards",
     [](objects& of) {
       of.own.write()->front() = 1;
       static_cast<void>(of.own.read()->front());
     }},
    {"many_guards",
     [](objects& of) {
       std::array<liana::read_guard<wide>, 20> all;
       for (auto& each : all) each = of.own.read();
     }},
    {"write_guards",
     [](objects& of) {
       auto [one, two, three] = liana::write_guards(of.near_or_far, of.other, of.own);
       one->front() = two->front() = three->front();
     }},
    {"prefetch", [](objects& of) { of.other.prefetch(); }},
    {"async_get", [](objects& of) { static_cast<void>(of.near_or_far.async_get().get()); }},
    {"async_put", [](objects& of) { of.near_or_far.async_put({}).wait(); }},
    {"make_and_destroy", [](objects& /*of*/) { liana::destroy(liana::make_global<wide>()); }},
    {"array_get", [](objects& of) { of.array.get(of.first, hundred()); }},
    {"array_put", [](objects& of) { of.array.put(of.first, hundred()); }},
    {"array_gather", [](objects& of) { of.array.gather(of.some(), hundred()); }},
    {"array_scatter", [](objects& of) { of.array.scatter(of.some(), hundred()); }},
    {"array_async_get", [](objects& of) { of.array.async_get(of.first, hundred()).wait(); }},
    {"array_async_gather", [](objects& of) { of.array.async_gather(of.some(), hundred()).wait(); }},
    {"array_read", [](objects& of) { static_cast<void>(of.array.read(of.first, 400)[399]); }},
    {"array_write", [](objects& of) { of.array.write(of.first, 400)[399] = 1; }},
    {"array_read_all", [](objects& of) { static_cast<void>(of.array.read(0, of.array.size())[1]); }},
    {"array_write_all", [](objects& of) { of.array.write(0, of.array.size())[1] = 1; }},
    {"array_walk",
     [](objects& of) {
       std::uint64_t sum = 0;
       for (const auto chunk : of.array.walk(0, of.array.size())) {
         sum = std::accumulate(chunk.begin(), chunk.end(), sum);
       }
     }},
    {"array_prefetch", [](objects& of) { of.array.prefetch(of.first, 400); }},
    {"atomic", [](objects& of) { of.word.fetch_add(1); }},
    {"atomic_array", [](objects& of) { of.words.fetch_add(of.some(), hundred()); }},
    {"atomic_array_and", [](objects& of) { of.words.fetch_and(of.some(), hundred(), hundred()); }},
    {"mutex",
     [](objects& of) {
       if (of.mutex.try_lock()) of.mutex.unlock();
     }},
    {"shared_mutex",
     [](objects& of) {
       if (of.shared_mutex.try_lock_shared()) of.shared_mutex.unlock_shared();
     }},
};

/// Collective.
objects make_objects() {
  const liana::rank_t last = liana::size() - 1;
  const std::size_t all = elements * static_cast<std::size_t>(liana::size());
  return {.near_or_far = liana::broadcast(liana::make_global<wide>(), last),
          .other = liana::broadcast(liana::make_global<wide>(), last),
          .own = liana::make_global<wide>(),
          .array = liana::make_array<std::uint64_t>(all, {.block_bytes = 256}),
          .word = liana::broadcast(liana::make_atomic<std::uint64_t>(), last),
          .words = liana::make_atomic_array<std::uint64_t>(all),
          .mutex = liana::broadcast(liana::make_mutex(), last),
          .shared_mutex = liana::broadcast(liana::make_shared_mutex(), last),
          .first = elements * static_cast<std::size_t>(last)};
}

/// Of one rank alone. What is left would keep these waiting until the time limit, or stay pinned.
void expect_nothing_left(objects& of) {
  liana::detail::runtime_state& state = *liana::detail::current->state;
  of.near_or_far.write()->front() = 1;
  of.other.put({});
  of.own.put({});
  for (auto& each : of.array.write(0, of.array.size())) each = 5;
  std::vector<std::uint64_t> found(of.array.size());
  of.array.get(0, found);
  EXPECT_EQ(found, std::vector<std::uint64_t>(of.array.size(), 5));
  of.words.fetch_add(of.some(), hundred());
  of.mutex.lock();
  of.mutex.unlock();
  of.shared_mutex.lock();
  of.shared_mutex.unlock();
  liana::detail::complete_outstanding(state);
  EXPECT_EQ(state.replicas->measure().pinned, 0U);
}

class each_allocation : public ::testing::TestWithParam<operation> {};

TEST_P(each_allocation, may_fail_and_leaves_nothing_behind) {
  hundred();
  bool failed = true;
  // Of the first ones each, of many some.
  for (int which = 1; failed; which += 1 + which / 8) {
    SCOPED_TRACE(testing::Message() << "allocation " << which);
    // A new one, in which nothing is kept for use again.
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.segment_bytes = 4U << 20U, .cache_bytes = 1U << 20U});
    objects of = make_objects();
    liana::barrier();
    if (liana::rank() == 0) {
      failing = which;
      try {
        GetParam().run(of);
      } catch (const std::bad_alloc&) {
      } catch (const liana::resource_error&) {
      }
      failed = std::exchange(failing, 0) == 0;
      EXPECT_NO_THROW(expect_nothing_left(of));
      failed = failed && !HasFailure();
    }
    failed = liana::broadcast(failed, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(errors, each_allocation, ::testing::ValuesIn(operations),
                         [](const auto& of) { return of.param.name; });

}  // namespace
