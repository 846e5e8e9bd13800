// A program as a user writes it, with the installed headers alone.

#include <cstddef>
#include <cstdio>
#include <functional>

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

namespace {

// Every rank writes its share of an array and reads all of it; the sum must come out right on each.
bool array_sums_up() {
  constexpr std::size_t n = 10'000;
  auto a = liana::make_array<long>(n);
  const auto ranks = static_cast<std::size_t>(liana::size());
  for (auto i = static_cast<std::size_t>(liana::rank()); i < n; i += ranks) a[i] = static_cast<long>(i);
  liana::barrier();
  long sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i];
  liana::barrier();
  liana::destroy(a);
  return sum == static_cast<long>(n * (n - 1) / 2);
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  bool right = false;
  {
    const liana::runtime rt(MPI_COMM_WORLD, liana::options{.segment_bytes = 32U << 20U});
    right = array_sums_up() && liana::all_reduce(1, std::plus<>{}) == liana::size();
    if (liana::rank() == 0) std::printf("%d ranks: %s\n", liana::size(), right ? "right" : "WRONG");
  }
  MPI_Finalize();
  return right ? 0 : 1;
}
