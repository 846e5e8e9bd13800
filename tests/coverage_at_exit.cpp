// Part of every program that counts the lines it runs (LIANA_COVERAGE).

#include <csignal>

namespace {

// mpirun ends the other ranks with SIGTERM as soon as one has ended with a status that is not 0. One that is ending as
// well, and so adds its counts to the files, would leave a file half written, with the counts of all tests before it.
__attribute__((destructor(101))) void end_unhindered() {  // 100, which comes after it, is that of gcov
  (void)std::signal(SIGTERM, SIG_IGN);
}

}  // namespace
