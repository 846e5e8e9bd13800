// What it costs to find that a doubted replica is still good, beside a read miss of the same and a plain copy: rank 0
// measures blocks of rank 1. All replicas share one validity word, so one write of another block makes all of them
// doubtful.
//
//     LIANA_HOSTS=each mpirun -n 2 revalidate_benchmark
//
//   revalidate/1024, /4096, /65536    a read guard opened and closed on a doubted replica: no data move
//   miss/...                          the same on a block that rank 1 has just written
//   fresh_mpi_get/..., fresh_copy/... MPI_Get and memcpy of what rank 1 has just written
//   cache_line_round_trip             a flag there and back
//   send_receive/...                  half a ping-pong
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
    const liana::runtime rt(here.communicator(), liana::options{.validity_words = 1});
    if (access::neighbour_is_near()) {
      throw liana::benchmarks::refusal("rank 1 is near, where nothing is revalidated: set LIANA_HOSTS=each");
    }
    access::add_messages(here);
    access::add_revalidation(here);
    here.measure();
  });
}
