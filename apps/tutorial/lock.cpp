// A bank whose accounts all ranks move money between. A lock keeps several steps together that one object's guard
// cannot: to look whether there is enough, to take it here and to put it there.

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <random>

#include <liana/liana.hpp>

int main(int argc, char** argv) {
  const liana::runtime runtime(argc, argv);

  constexpr std::size_t count = 10;
  auto accounts = liana::make_array<int>(count, {.block_bytes = 8});

  // As any handle: one rank makes it, and all get a copy of the handle.
  liana::global_mutex made;
  if (liana::rank() == 0) {
    made = liana::make_mutex();
    for (std::size_t i = 0; i < count; ++i) accounts[i] = 100;
  }
  const auto bank = liana::broadcast(made, 0);

  std::minstd_rand random(static_cast<unsigned>(liana::rank()) + 1);
  for (int transfer = 0; transfer < 200; ++transfer) {
    const std::size_t from = random() % count;
    const std::size_t to = random() % count;
    const int amount = static_cast<int>(random() % 50);

    const std::scoped_lock hold(bank);  // until the end of the braces
    if (accounts[from] < amount) continue;
    accounts[from] -= amount;
    accounts[to] += amount;
  }
  liana::barrier();

  int total = 0;
  bool overdrawn = false;
  for (const int account : accounts.read(0, count)) {
    total += account;
    overdrawn = overdrawn || account < 0;
  }
  if (liana::rank() == 0) {
    std::cout << "There are " << total << " in the bank, and " << (overdrawn ? "somebody" : "nobody")
              << " has overdrawn an account" << std::endl;
  }

  liana::barrier();
  if (liana::rank() == 0) liana::destroy(bank);
  return total == 1000 && !overdrawn ? EXIT_SUCCESS : EXIT_FAILURE;
}
