// A program that leaves MPI to Liana and starts two runtimes one after the other; not a gtest, because it looks at the
// time before the first and after the last.

#include <cstdio>

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

namespace {

int failures = 0;

void check(bool condition, const char* what, int round) {
  if (condition) return;
  ++failures;
  std::fprintf(stderr, "round %d: failed: %s\n", round, what);
}

bool usable_mpi() {
  int initialized = 0;
  int finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  return initialized != 0 && finalized == 0;
}

void use_memory(int round) {
  auto a = liana::make_array<int>(10'000, {.layout = liana::layout::cyclic});
  check(static_cast<int>(a[9'999]) == 0, "a new array is zero", round);
  liana::barrier();
  if (liana::rank() == liana::size() - 1) a[9'999] = 100 + round;
  liana::barrier();
  check(static_cast<int>(a[9'999]) == 100 + round, "every rank reads what the last one wrote", round);
  liana::barrier();
  check(liana::all_reduce(1, [](int x, int y) { return x + y; }) == liana::size(), "all ranks take part", round);
}

}  // namespace

int main(int argc, char** argv) {
  int initialized = 1;
  MPI_Initialized(&initialized);
  check(initialized == 0, "nobody has initialised MPI yet", 0);
  for (int round = 1; round <= 3; ++round) {
    {
      const liana::runtime runtime(argc, argv);
      check(usable_mpi(), "MPI is usable while the runtime lives", round);
      int rank = -1;
      MPI_Comm_rank(MPI_COMM_WORLD, &rank);
      check(rank == liana::rank(), "the ranks are those of MPI_COMM_WORLD", round);
      use_memory(round);
    }
    check(usable_mpi(), "MPI is usable between two runtimes", round);
    int sum = 0;
    const int one = 1;
    MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    check(sum >= 1, "the program's own reduction works", round);
  }
  return failures == 0 ? 0 : 1;
}
