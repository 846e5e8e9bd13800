// An array over the memory of all ranks: each fills its own part, and then adds up some of another one's.

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <numeric>

#include <liana/liana.hpp>

int main(int argc, char** argv) {
  const liana::runtime runtime(argc, argv);

  constexpr std::size_t size = 100'000;
  auto numbers = liana::make_array<std::size_t>(size);  // all ranks make it together; all zero

  // My part, as plain memory. Nobody else reads or writes it until the braces close.
  {
    auto mine = numbers.write_local();
    std::iota(mine.begin(), mine.end(), numbers.local_range().first);
  }
  liana::barrier();  // now number i is i

  // Any part, through the cache: here that of the next rank, roughly, and of rank 0 for the last one.
  const auto ranks = static_cast<std::size_t>(liana::size());
  const auto next = static_cast<std::size_t>(liana::rank() + 1) % ranks;
  const std::size_t begin = size * next / ranks;
  const std::size_t end = size * (next + 1) / ranks;
  std::size_t sum = 0;
  for (const std::size_t each : numbers.read(begin, end - begin)) sum += each;

  // Any single number.
  const std::size_t middle = numbers[size / 2];

  const std::size_t total = liana::all_reduce(sum, std::plus<>());
  if (liana::rank() == 0) {
    std::cout << "The number in the middle is " << middle << ", and all together are " << total << std::endl;
  }
  liana::destroy(numbers);

  return middle == size / 2 && total == size * (size - 1) / 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
