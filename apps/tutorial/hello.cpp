// The ranks of a job greet, one after the other.

#include <iostream>

#include <liana/liana.hpp>

int main(int argc, char** argv) {
  const liana::runtime runtime(argc, argv);  // all ranks begin here ...

  for (int turn = 0; turn < liana::size(); ++turn) {
    if (turn == liana::rank()) {
      std::cout << "Hello from rank " << liana::rank() << " of " << liana::size() << std::endl;
    }
    liana::barrier();  // nobody goes on before all have come here
  }
}  // ... and end here, together
