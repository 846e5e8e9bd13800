// What atomics and locks cost, beside MPI and beside plain ones, in one run. Rank 0 measures.
//
//     mpirun -n 2 synchronisation_benchmark                     near: the processor's atomics
//     LIANA_HOSTS=each mpirun -n 2 synchronisation_benchmark    far: through the transport
//
// One atomic (synchronisation/atomics.cpp):
//   fetch_add_own, fetch_add_remote, load_remote    of this rank, of rank 1
//   mpi_fetch_and_op_shared                         MPI_Fetch_and_op and flush, window of MPI_Win_allocate_shared
//   plain_fetch_add, plain_load                     std::atomic: the limit
// Many, of a table of 32 MiB at random, a repetition is one word:
//   random_fetch_add, random_fetch_xor              1,024 in a call
//   random_fetch_add_one_by_one                     one in a call
//   random_plain_atomic                             std::atomic_ref, own memory: the limit
//
// Locks (synchronisation/locks.cpp):
//   mutex_alone, shared_mutex_alone, shared_mutex_reader_alone    lock and unlock, nobody else there
//   two_plain_atomics                               an exchange and a compare-and-swap of one word: the limit
//   mutex_turns                                     two ranks lock and unlock all the time; a repetition is one turn
//   cache_line_turns                                they write a word in turn, half a round trip each: the limit
//
// Options: those of Google Benchmark, with the defaults that windows.hpp describes, and --quick.

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

#include "benchmarks/mpi_settings.hpp"
#include "benchmarks/synchronisation/subjects.hpp"
#include "benchmarks/windows.hpp"

int main(int argc, char** argv) {
  namespace synchronisation = liana::benchmarks::synchronisation;
  return liana::benchmarks::run(argc, argv, [](liana::benchmarks::job& here) {
    here.require_ranks(2);
    const liana::runtime rt(here.communicator());
    liana::benchmarks::report_mpi_settings();
    synchronisation::add_atomics(here);
    synchronisation::add_locks(here);
    here.measure();
  });
}
