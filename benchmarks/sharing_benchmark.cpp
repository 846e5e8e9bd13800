// What sharing costs, beside MPI and beside the limit of plain memory, in one run. Rank 0 measures.
//
//     LIANA_HOSTS=each mpirun -n 2 sharing_benchmark    far: every rank counts as a host and keeps replicas
//     LIANA_HOSTS=each mpirun -n 8 sharing_benchmark    the same, up to 7 sharers
//     mpirun -n 2 sharing_benchmark                     near: all ranks reach the memory by loads and stores
//
// With more ranks than processors they take turns: ranks that only share sleep while rank 0 is measured, but in rows
// where all ranks do something, as in those of the table, times grow with ranks per processor.
//
// A write of 8 B to an object that /0, /1, /3, /7 other ranks have just read, objects of 64 B and of 4 KiB
// (sharing/writes.cpp):
//   put_own_64, put_own_4096, write_guard_own_64, write_guard_own_4096    of rank 0
//   put_remote_64, ...              of rank 1, which is no sharer: up to /3
//   mpi_put_to_copies_shared, mpi_put_to_copies_created    MPI_Put into a copy of each sharer and flush
//   flags                           one atomic, and a store to a line that each sharer has just read: the limit
//
// One block between two writers, who take turns; half a round trip (sharing/ping_pong.cpp):
//   ping_pong_put/8, /4096          get until the other one has written, then put 8 B
//   ping_pong_guard/...             the same with a write guard
//   ping_pong_guards_only/...       a write guard also to look
//   ping_pong_send_receive/...      MPI_Send and MPI_Recv
//   ping_pong_cache_line            loads and stores of one line: the limit
//
// A table of 64 MiB: every rank reads 8 B at random or, /0, /1, /10, /100 of 1,000 accesses, writes them; with what
// each rank needs in memory, for k ranks (sharing/read_mostly.cpp):
//   table_512, table_4096           an array of Liana in blocks of that size: 64/k MiB, and replicas of what is read:
//                                   64 MiB together, when all of it has been read
//   table_mpi_get_shared            MPI_Get or MPI_Put and flush each time, window of MPI_Win_allocate_shared: 64/k MiB
//   table_mpi_get_created           the same, window of MPI_Win_create
//   table_mpi_get_created_own_loaded    the same, where plain loads and stores serve the own part
//   table_mpi_broadcast_100, _1000, _10000    a copy at every rank; after so many accesses all exchange what they have
//                                   written by MPI_Allgatherv: 64 MiB. A read may be as old as a round
//   table_private                   loads and stores of a table that is not shared, 64 MiB: the limit
//
// Options: those of Google Benchmark, with the defaults that windows.hpp describes, and --quick.

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

#include "benchmarks/mpi_settings.hpp"
#include "benchmarks/sharing/subjects.hpp"
#include "benchmarks/windows.hpp"

int main(int argc, char** argv) {
  namespace sharing = liana::benchmarks::sharing;
  return liana::benchmarks::run(argc, argv, [](liana::benchmarks::job& here) {
    here.require_ranks(2);
    // Two tables, and replicas of both.
    const auto table = sharing::table_bytes(here);
    const liana::runtime rt(here.communicator(), liana::options{.segment_bytes = 3 * table, .cache_bytes = 3 * table});
    liana::benchmarks::report_mpi_settings();
    sharing::add_writes(here);
    sharing::add_ping_pong(here);
    sharing::add_read_mostly(here);
    here.measure();
  });
}
