// What ranks and threads do together, beside MPI and beside the limit, in one run. Rank 0 measures.
//
//     mpirun -n 2 collective_benchmark                      near
//     LIANA_HOSTS=each mpirun -n 2 collective_benchmark     far: every rank counts as a host
//     mpirun -n 1, 4, 8 collective_benchmark                by ranks; with more of them than processors they take turns
//
// All ranks call (collective/meetings.cpp):
//   barrier, mpi_barrier            liana::barrier, MPI_Barrier
//   barrier_with_replicas           liana::barrier, when every rank holds 16,384 replicas
//   broadcast/8, /4096              liana::broadcast, each rank being the root in turn; mpi_bcast is MPI_Bcast
//   all_reduce/8, /4096             liana::all_reduce, a sum; mpi_allreduce is MPI_Allreduce
//
// /1, /2, /4 threads of rank 0, each over 4096 objects of 8 B of rank 1 of its own (collective/threads.cpp):
//   thread_get, thread_put          far gets hit replicas
//   thread_mpi_get_shared           MPI_Get and flush, window of MPI_Win_allocate_shared, one thread at a time, as
//                                   MPI_THREAD_SERIALIZED demands
//   thread_load, thread_two_atomics loads, and two atomics on one word, of private memory: the limits
//
// 8 B of rank 1, which waits in MPI, or computes for 3 s without a call (collective/busy_target.cpp):
//   target_get, target_put          get of what rank 1 has just written, put
//   target_mpi_get_shared, target_mpi_put_shared      MPI_Get, MPI_Put and flush, window of MPI_Win_allocate_shared
//   target_mpi_get_created, target_mpi_put_created    the same, window of MPI_Win_create
// Whether MPI needs the target depends on how it carries these out. mpi_osc and mpi_single_copy in the context of the
// report say what it may do: with OMPI_MCA_btl_vader_single_copy_mechanism=cma it copies from the target's memory by
// system calls; OMPI_MCA_osc=sm,pt2pt makes it send messages, as it does where there is neither such a call nor a
// device.
//
// Options: those of Google Benchmark, with the defaults that windows.hpp describes, and --quick. Rows of a target that
// computes have 3 windows.

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

#include "benchmarks/collective/subjects.hpp"
#include "benchmarks/mpi_settings.hpp"
#include "benchmarks/windows.hpp"

int main(int argc, char** argv) {
  namespace collective = liana::benchmarks::collective;
  return liana::benchmarks::run(argc, argv, [](liana::benchmarks::job& here) {
    // Blocks of 64 MiB of each rank, replicas of as much.
    const std::size_t mebibytes = here.quick() ? 8 : 96;
    const liana::runtime rt(here.communicator(),
                            liana::options{.segment_bytes = mebibytes << 20U, .cache_bytes = mebibytes << 20U});
    liana::benchmarks::report_mpi_settings();
    collective::add_meetings(here);
    if (here.size() > 1) {
      collective::add_threads(here);
      collective::add_busy_target(here);
    }
    here.measure();
  });
}
