// What much at once costs: rank 0 measures memory of rank 1, 64 MiB of each array and window, beside MPI and beside the
// limit of plain memory, in one run.
//
//     mpirun -n 2 bulk_benchmark                      near: rank 1 is on this host
//     LIANA_HOSTS=each mpirun -n 2 bulk_benchmark     far: every rank counts as a host, reads hit replicas
//
// By size, 4 KiB to 64 MiB, blocks of 4 KiB (bulk/transfers.cpp):
//   get, put                        array::get and array::put; far gets hit replicas
//   mpi_get_shared, mpi_put_shared  MPI_Get, MPI_Put and flush, passive target, window of MPI_Win_allocate_shared
//   mpi_get_created, mpi_put_created    the same, window of MPI_Win_create
//   copy_from, copy_to              memcpy from the memory that get reads, to the neighbour's memory: the limit
// and what rank 1 has just written (far only):
//   get_missing                     array::get: every block is missed
//   fresh_mpi_get_shared, fresh_mpi_get_created, fresh_copy    the same by MPI_Get, by memcpy
//
// 1 M random elements of 8 B, of rank 1 or of all ranks; times are of one element. Of 16,384 by MPI in a window of
// MPI_Win_create and by a put of each, of 65,536 scattered far (bulk/irregular.cpp):
//   gather_neighbour, gather_all    array::gather
//   get_each_neighbour, get_each_all    a get of each
//   loads_neighbour, loads_all      loads from the memory that gather reads, through a table of pointers: the limit
//   mpi_get_each_shared, mpi_get_each_created          an MPI_Get for each, one flush
//   mpi_get_indexed_shared, mpi_get_indexed_created    one MPI_Get with an indexed type, which is made beforehand
//   scatter_neighbour, put_each_neighbour, stores_neighbour, mpi_put_...    the same for writing
//
// One pass over 64 MiB (bulk/passes.cpp):
//   view_chunks, view_iterator, view_index    a read view opened, summed up, closed; replicas are present
//   view_open                       opened and closed only
//   raw_replicas, raw_span          the same sum over the replicas' memory, over one span: the limit
//   write_local                     write_local, plain stores, release; blocks of 4 KiB that nobody shares
//   write_local_open                the same without stores
//   plain_stores                    stores into the same memory: the limit
//
// Options: those of Google Benchmark, with the defaults that windows.hpp describes, and --quick.

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

#include "benchmarks/bulk/subjects.hpp"
#include "benchmarks/mpi_settings.hpp"
#include "benchmarks/windows.hpp"

int main(int argc, char** argv) {
  namespace bulk = liana::benchmarks::bulk;
  return liana::benchmarks::run(argc, argv, [](liana::benchmarks::job& here) {
    here.require_ranks(2);
    const liana::runtime rt(here.communicator(), bulk::memory_options(here));
    liana::benchmarks::report_mpi_settings();
    auto& memory = here.keep<bulk::memory>(here);
    bulk::add_transfers(here, memory);
    if (!memory.near()) {
      bulk::add_misses(here, memory);
    }
    bulk::add_gather(here, memory);
    bulk::add_scatter(here, memory);
    bulk::add_views(here, memory);
    bulk::add_own_part(here, memory);
    here.measure();
  });
}
