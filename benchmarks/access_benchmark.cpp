// What one access costs: rank 0 measures memory of rank 1, beside MPI and beside the limit of plain memory, in one run.
//
//     mpirun -n 2 access_benchmark                      near: rank 1 is on this host
//     LIANA_HOSTS=each mpirun -n 2 access_benchmark     far: every rank counts as a host, reads hit replicas
//
// By size, 8 B to 4 MiB (access/transfers.cpp, access/messages.cpp):
//
//     get, put                            array::get, array::put; get/8 is global_ptr::get; far gets hit replicas
//     get_block                           array::get of one block of that size
//     mpi_get_shared, mpi_put_shared      MPI_Get, MPI_Put and flush, passive target, MPI_Win_allocate_shared
//     mpi_get_created, mpi_put_created    the same, MPI_Win_create
//     send_receive                        half a ping-pong of MPI_Send and MPI_Recv
//     copy_from, copy_to                  memcpy from and to rank 1's memory: the limit
//
// 8 B, 4096 objects in random order (access/hits.cpp):
//
//     random_get, random_guard, random_put    by get, by a read guard, by put
//     random_load                             loads through a table of pointers: the limit
//
// One object (access/hits.cpp, access/writes.cpp):
//
//     read_guard, write_guard             opened and closed, on a block of rank 1; the write guard writes 8 B
//     own_read_guard, own_write_guard     on one of rank 0
//     put_object, put_own_object          8 B of rank 1, of rank 0
//     update_object                       8 B of rank 1, changed under a write guard
//     two_atomics                         two uncontended compare-and-swaps: the limit
//     mpi_fetch_and_op_shared, mpi_fetch_and_op_created    MPI_Fetch_and_op and flush
//
// Sum over a block of 4 KiB, and over an array of 64 MiB, half of it rank 1's (access/loops.cpp):
//
//     loop_guard, loop_view, loop_view_iterator    inside a guard or view that is open already
//     loop_get                                     get of each word
//     loop_raw                                     over plain memory: the limit
//     table_view, table_span                       through the chunks of a view, over plain memory
//
// By size, pieces that rank 1 has just written (access/misses.cpp; far only):
//
//     miss              a read guard opened and closed: a read miss
//     fresh_mpi_get     MPI_Get and flush, shared window
//     fresh_copy        memcpy; with cache_line_round_trip, which is a flag there and back, the limit
//
// Allocation by size (access/allocation.cpp):
//
//     make_and_destroy, calloc_and_free    one at a time
//     make_many, calloc_many               256 before the first is freed
//
// Options: those of Google Benchmark, with the defaults that windows.hpp describes, and --quick.

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

#include "benchmarks/access/subjects.hpp"
#include "benchmarks/windows.hpp"

int main(int argc, char** argv) {
  namespace access = liana::benchmarks::access;
  return liana::benchmarks::run(argc, argv, [](liana::benchmarks::job& here) {
    here.require_ranks(2);
    const liana::runtime rt(here.communicator());
    access::add_transfers(here);
    access::add_messages(here);
    access::add_hits(here);
    access::add_writes(here);
    access::add_loops(here);
    if (!access::neighbour_is_near()) {
      access::add_misses(here);
    }
    access::add_allocation(here);
    here.measure();
  });
}
