// Collective calls that the ranks make differently. All ranks must learn of it, whatever each of them called.

#include <functional>
#include <stdexcept>

#include "tests/errors/thrown.hpp"
#include "tests/ranks/lifecycle_support.hpp"

namespace {

using namespace liana_tests;

bool is_last() { return liana::rank() == liana::size() - 1; }

using handle = liana::array<int>&;
using failing = failing_action<void (*)(handle)>;

constexpr const char* any_text = "";

const failing different_calls[] = {
    {"barrier_or_make_array",
     [](handle) {
       if (is_last()) {
         liana::barrier();
       } else {
         (void)liana::make_array<int>(10);
       }
     },
     "barrier.*make_array|make_array.*barrier"},
    {"array_size", [](handle) { (void)liana::make_array<int>(is_last() ? 11 : 10); }, any_text},
    {"array_type",
     [](handle) {
       if (is_last()) {
         (void)liana::make_array<float>(10);
       } else {
         (void)liana::make_array<int>(10);
       }
     },
     any_text},
    {"array_block", [](handle) { (void)liana::make_array<int>(10, {.block_bytes = is_last() ? 64U : 128U}); },
     any_text},
    {"array_layout",
     [](handle) {
       (void)liana::make_array<int>(10, {.layout = is_last() ? liana::layout::cyclic : liana::layout::blocked});
     },
     any_text},
    {"broadcast_root", [](handle) { (void)liana::broadcast(1, is_last() ? 1 : 0); }, any_text},
    {"broadcast_type",
     [](handle) {
       if (is_last()) {
         (void)liana::broadcast(1.0, 0);
       } else {
         (void)liana::broadcast(std::int64_t{1}, 0);
       }
     },
     any_text},
    {"broadcast_size",
     [](handle) {
       if (is_last()) {
         (void)liana::broadcast(short{1}, 0);
       } else {
         (void)liana::broadcast(std::int64_t{1}, 0);
       }
     },
     any_text},
    {"reduce_type",
     [](handle) {
       if (is_last()) {
         (void)liana::all_reduce(1.0, std::plus<>{});
       } else {
         (void)liana::all_reduce(std::int64_t{1}, std::plus<>{});
       }
     },
     any_text},
    {"broadcast_or_reduce",
     [](handle) {
       if (is_last()) {
         (void)liana::broadcast(1, 0);
       } else {
         (void)liana::all_reduce(1, std::plus<>{});
       }
     },
     any_text},
    {"barrier_or_broadcast",
     [](handle) {
       if (is_last()) {
         (void)liana::broadcast(1, 0);
       } else {
         liana::barrier();
       }
     },
     any_text},
    {"destroy_or_barrier",
     [](handle a) {
       if (is_last()) {
         liana::destroy(a);
       } else {
         liana::barrier();
       }
     },
     any_text},
    {"destroy_another",
     [](handle a) {
       auto b = liana::make_array<int>(100);
       liana::destroy(is_last() ? a : b);
     },
     any_text},
    // A rank that leaves a loop by an exception is not at its end, where the others wait.
    {"loop_left_by_an_exception",
     [](handle) {
       try {
         liana::parallel_for(0, static_cast<std::size_t>(liana::size()), [](std::size_t) {
           if (is_last()) throw 1;
         });
       } catch (int) {
         liana::barrier();
       }
     },
     "barrier.*the end of parallel_for|the end of parallel_for.*barrier"},
    // A rank that goes on as if nothing had been is told again.
    {"after_a_failure",
     [](handle) {
       try {
         (void)liana::broadcast(1, is_last() ? 1 : 0);
       } catch (const liana::usage_error&) {
         // As if nothing had been.
       }
     },
     "barrier.*: an earlier collective call failed"},
};

class collective_that_differs : public ::testing::TestWithParam<failing> {};

TEST_P(collective_that_differs, is_a_usage_error_on_all_ranks) {
  if (world_size() < 2) GTEST_SKIP() << "one rank cannot differ";
  const auto calls = [] {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    liana::barrier();
    auto a = liana::make_array<int>(100);
    liana::barrier();
    GetParam().action(a);
    liana::barrier();
  };
  EXPECT_TRUE(throws_matching<liana::usage_error>(calls, GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(errors, collective_that_differs, ::testing::ValuesIn(different_calls), name_of_parameter);

// ---- a rank that ends its runtime while the others wait for it ----

// The others learn of it; the rank that left cannot throw from a destructor.
class early_end : public ::testing::Test {
 protected:
  // Runs `leave` at rank 1 and `go_on` at the others, each in a runtime. The program's own error may leave `leave`.
  static void expect_error_of_all_but_one(void (*leave)(), void (*go_on)()) {
    if (world_size() < 2) GTEST_SKIP() << "needs a rank that leaves and one that does not";
    const auto run = [&] {
      const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
      (world_rank() == 1 ? leave : go_on)();
    };
    if (world_rank() == 1) {
      try {
        run();
      } catch (const liana::error& error) {
        ADD_FAILURE() << "the rank that left caught: " << line_of(error);
      } catch (const std::runtime_error&) {
        // The program's own.
      }
    } else {
      EXPECT_THROW(run(), liana::usage_error);
    }
  }
};

TEST_F(early_end, is_a_usage_error_of_the_others) {
  expect_error_of_all_but_one([] { liana::barrier(); },
                              [] {
                                liana::barrier();
                                liana::barrier();
                              });
}

TEST_F(early_end, by_an_exception_is_a_usage_error_of_the_others) {
  expect_error_of_all_but_one(
      [] {
        liana::barrier();
        throw std::runtime_error("the program's own");
      },
      [] {
        liana::barrier();
        liana::barrier();
      });
}

TEST_F(early_end, is_a_usage_error_in_make_array) {
  expect_error_of_all_but_one([] {}, [] { (void)liana::make_array<int>(1000); });
}

}  // namespace
