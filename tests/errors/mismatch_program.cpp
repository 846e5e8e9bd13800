// Collective calls that the ranks make differently. All ranks must learn of it, whatever each of them called.

#include <functional>
#include <stdexcept>

#include "tests/errors/report.hpp"

namespace {

using liana_tests::mpi_session;

bool is_last() { return liana::rank() == liana::size() - 1; }

// Runs `call` within a runtime after some calls that agree.
template <class Call>
auto in_runtime(Call call) {
  return [call](const mpi_session&) {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    liana::barrier();
    auto a = liana::make_array<int>(100);
    liana::barrier();
    call(a);
    liana::barrier();
  };
}

using handle = liana::array<int>&;

const liana_tests::scenarios known{
    {"barrier_or_make_array", in_runtime([](handle) {
       if (is_last()) {
         liana::barrier();
       } else {
         (void)liana::make_array<int>(10);
       }
     })},
    {"array_size", in_runtime([](handle) { (void)liana::make_array<int>(is_last() ? 11 : 10); })},
    {"array_type", in_runtime([](handle) {
       if (is_last()) {
         (void)liana::make_array<float>(10);
       } else {
         (void)liana::make_array<int>(10);
       }
     })},
    {"array_block",
     in_runtime([](handle) { (void)liana::make_array<int>(10, {.block_bytes = is_last() ? 64U : 128U}); })},
    {"array_layout", in_runtime([](handle) {
       (void)liana::make_array<int>(10, {.layout = is_last() ? liana::layout::cyclic : liana::layout::blocked});
     })},
    {"broadcast_root", in_runtime([](handle) { (void)liana::broadcast(1, is_last() ? 1 : 0); })},
    {"broadcast_type", in_runtime([](handle) {
       if (is_last()) {
         (void)liana::broadcast(1.0, 0);
       } else {
         (void)liana::broadcast(std::int64_t{1}, 0);
       }
     })},
    {"broadcast_size", in_runtime([](handle) {
       if (is_last()) {
         (void)liana::broadcast(short{1}, 0);
       } else {
         (void)liana::broadcast(std::int64_t{1}, 0);
       }
     })},
    {"reduce_type", in_runtime([](handle) {
       if (is_last()) {
         (void)liana::all_reduce(1.0, std::plus<>{});
       } else {
         (void)liana::all_reduce(std::int64_t{1}, std::plus<>{});
       }
     })},
    {"broadcast_or_reduce", in_runtime([](handle) {
       if (is_last()) {
         (void)liana::broadcast(1, 0);
       } else {
         (void)liana::all_reduce(1, std::plus<>{});
       }
     })},
    {"barrier_or_broadcast", in_runtime([](handle) {
       if (is_last()) {
         (void)liana::broadcast(1, 0);
       } else {
         liana::barrier();
       }
     })},
    {"destroy_or_barrier", in_runtime([](handle a) {
       if (is_last()) {
         liana::destroy(a);
       } else {
         liana::barrier();
       }
     })},
    {"destroy_another", in_runtime([](handle a) {
       auto b = liana::make_array<int>(100);
       liana::destroy(is_last() ? a : b);
     })},
    {"after_a_failure", in_runtime([](handle) {
       try {
         (void)liana::broadcast(1, is_last() ? 1 : 0);
       } catch (const liana::usage_error&) {
         // As if nothing had been.
       }
     })},
    // One rank ends its runtime while the others wait for it. The others learn of it; the one that left cannot throw.
    {"early_end",
     [](const mpi_session& mpi) {
       const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
       liana::barrier();
       if (mpi.rank() == 1) return;
       liana::barrier();
     }},
    {"early_end_by_exception",
     [](const mpi_session& mpi) {
       const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
       liana::barrier();
       if (mpi.rank() == 1) throw std::runtime_error("the program's own");
       liana::barrier();
     }},
    {"early_end_in_make_array",
     [](const mpi_session& mpi) {
       const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
       if (mpi.rank() == 1) return;
       (void)liana::make_array<int>(1000);
     }},
};

}  // namespace

int main(int argc, char** argv) { return liana_tests::run_scenario(argc, argv, known); }
