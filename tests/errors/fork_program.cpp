// Ranks that fork: fork_program, a job that must succeed.
//
// A child has no runtime. Guards and a runtime that it inherits may end in it, and its exit neither finalizes MPI nor
// says anything to the other ranks.

#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "tests/errors/report.hpp"

int main(int argc, char** argv) {
  const liana::runtime runtime(argc, argv);
  const auto mine = liana::make_global<std::int64_t>(41);
  const auto next = liana::broadcast(mine, liana::size() - 1);
  pid_t child = -1;
  {
    auto writing = mine.write();
    const auto reading = liana::rank() == liana::size() - 1 ? liana::read_guard<std::int64_t>() : next.read();
    child = fork();
    if (child == 0) {
      const auto refused = [](auto call) {
        try {
          call();
        } catch (const liana::usage_error& error) {
          return std::string(error.what()).find("forked") != std::string::npos;
        }
        return false;
      };
      if (liana::running() || !refused([&] { static_cast<void>(next.get()); }) || !refused([] { liana::barrier(); }) ||
          !refused([] { static_cast<void>(liana::make_global<int>(1)); })) {
        std::_Exit(1);
      }
    } else {
      *writing = 42;
    }
  }
  if (child == 0) return 0;  // destroys the runtime, and runs what is registered to run at exit
  int status = -1;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
    std::fprintf(stderr, "fork_program: the child ended with %d\n", status);
    liana_tests::end_at_once(1);
  }
  liana::barrier();
  const bool whole = next.get() == 42 && mine.get() == 42;
  liana::barrier();
  mine.put(1);  // nobody holds it any more
  liana::barrier();
  return whole ? 0 : 1;
}
