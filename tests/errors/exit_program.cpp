// A process that exits while its runtime lives: exit_program KEPT HOW, in one job
//
//   KEPT  where the program keeps the runtime: main, thread (main's, while another thread exits), pointer, optional or
//         static (global variables)
//   HOW   all0, all ranks return 0 and the job must succeed; or what rank 1 alone does while the others are in a
//         barrier: exit0, exit3, throw, quick_exit3, wait (which they give up, see LIANA_TIMEOUT); or start, rank 1 has
//         a wrong setting
//
// Before MPI is finalized the runtime must have ended, which a function looks at that runs after both.

#include <unistd.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "tests/errors/report.hpp"

namespace {

std::unique_ptr<liana::runtime> global_pointer;
std::optional<liana::runtime> global_optional;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "exit_program: %s\n", what);
  liana_tests::end_at_once(1);
}

void look_at_the_end() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) fail("MPI was not finalized");
  const char* const ended = std::getenv("EXIT_PROGRAM_REPORT");
  if (ended != nullptr && access(ended, R_OK) != 0) fail("there are no statistics, so the runtime was not ended");
}

void go_on_for_ever() {
  for (;;) pause();
}

/// What the rank does whose process ends.
int end_as(std::string_view how, bool in_thread) {
  const auto leave = [how] {
    if (how == "exit0") std::exit(0);
    if (how == "exit3") std::exit(3);
    if (how == "quick_exit3") std::quick_exit(3);
    if (how == "throw") throw std::runtime_error("out of main");
    go_on_for_ever();
  };
  if (in_thread) {
    std::thread(leave).detach();
    go_on_for_ever();
  }
  leave();
  return 0;
}

int act(std::string_view how, bool in_thread) {
  const liana::rank_t me = liana::rank();
  const auto cell = liana::broadcast(liana::make_global<int>(0), 0);
  cell.update([](int& value) { ++value; });
  liana::barrier();
  if (how == "all0") return cell.get() == liana::size() ? 0 : 1;
  if (me == 1) return end_as(how, in_thread);
  const std::string caught = liana_tests::caught_by(me, [] { liana::barrier(); });
  return caught.empty() ? 0 : liana_tests::failed_as_planned;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr,
                 "exit_program main|thread|pointer|optional|static all0|exit0|exit3|throw|quick_exit3|wait|start\n");
    return 2;
  }
  const std::string_view kept = argv[1];
  const std::string_view how = argv[2];
  if (how == "all0") std::atexit(look_at_the_end);
  const char* const launched_as = std::getenv("OMPI_COMM_WORLD_RANK");
  const bool second = launched_as != nullptr && std::atoi(launched_as) == 1;
  if (how == "start" && second) setenv("LIANA_SEGMENT_BYTES", "12q", 1);
  if (kept == "pointer") {
    global_pointer = std::make_unique<liana::runtime>(argc, argv);
  } else if (kept == "optional") {
    global_optional.emplace();
  } else if (kept == "static") {
    static const liana::runtime runtime;
    return act(how, false);
  } else {
    std::optional<liana::runtime> runtime;
    const std::string caught = liana_tests::caught_by(second ? 1 : 0, [&] { runtime.emplace(argc, argv); });
    return caught.empty() ? act(how, kept == "thread") : liana_tests::failed_as_planned;
  }
  return act(how, false);
}
