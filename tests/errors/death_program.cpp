// A rank that goes without a word, while the others need it in the way the first argument says; the second says how it
// goes:
//
//   death_program barrier|guard|home|collective|mutex|condition kill|kill_beside_child|exit0|exit3|exit_status
//   [survive]
//
// With `survive` the others have all the time they need to notice by themselves. mpirun, which ends a job when it has
// lost a rank, does not learn of it: the rank is a child of the process that mpirun started, and that process stays.

#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

#include "tests/errors/report.hpp"

namespace {

using namespace std::chrono_literals;

constexpr liana::rank_t victim = 1;

void go(std::string_view how) {
  std::this_thread::sleep_for(100ms);
  if (how == "kill_beside_child" && fork() == 0) {
    // Longer than anybody waits here, but not for ever.
    for (const int each : {0, 1, 2}) close(each);
    std::this_thread::sleep_for(60s);
    _exit(0);
  }
  if (how.starts_with("kill")) raise(SIGKILL);
  if (how == "exit_status") std::exit(3);
  _exit(how == "exit3" ? 3 : 0);
}

// Returns in a child of this process, which stays until mpirun ends it.
void go_on_in_child() {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return;
  }
  if (child < 0) {
    std::perror("death_program: fork");
    std::_Exit(2);
  }
  for (;;) pause();
}

/// What the ranks share: the victim holds the last three.
struct shared_objects {
  liana::global_ptr<std::int64_t> at_victim;
  liana::global_ptr<std::int64_t> held;
  liana::global_mutex mutex;
  liana::global_condition condition;
  liana::global_mutex of_condition;
};

// What the others do; each needs the victim sooner or later.
void need(std::string_view what, const shared_objects& shared) {
  if (what == "barrier") {
    liana::barrier();
  } else if (what == "guard") {
    shared.held.put(1);
  } else if (what == "home") {
    // Reads and writes at the victim's home go on as long as its memory is there; then a collective needs it.
    for (int i = 0; i < 1000; ++i) shared.at_victim.update([](std::int64_t& value) { ++value; });
    liana::barrier();
  } else if (what == "mutex") {
    const std::scoped_lock lock(shared.mutex);
  } else if (what == "condition") {
    std::unique_lock lock(shared.of_condition);
    shared.condition.wait(lock);
  } else {
    for (;;) (void)liana::all_reduce(1, std::plus<>{});
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "death_program barrier|guard|home|collective|mutex|condition kill|exit0|exit3 [survive]\n");
    return 2;
  }
  const char* const launched_as = std::getenv("OMPI_COMM_WORLD_RANK");
  if (argc > 3 && launched_as != nullptr && std::atoi(launched_as) == victim) go_on_in_child();
  const std::string_view what = argv[1];
  const std::string_view how = argv[2];
  const liana::runtime runtime(argc, argv);
  const liana::rank_t me = liana::rank();
  const std::string caught = liana_tests::caught_by(me, [&] {
    const auto mine = liana::make_global<std::int64_t>(0);
    const shared_objects shared{.at_victim = liana::broadcast(mine, victim),
                                .held = liana::broadcast(mine, 0),
                                .mutex = liana::broadcast(liana::make_mutex(), 0),
                                .condition = liana::broadcast(liana::make_condition(), 0),
                                .of_condition = liana::broadcast(liana::make_mutex(), 0)};
    if (me == victim) {
      const auto guard = shared.held.write();
      const std::scoped_lock lock(shared.mutex);
      liana::barrier();
      go(how);
    }
    liana::barrier();
    need(what, shared);
  });
  // Without the lost rank no orderly end is possible.
  liana_tests::end_at_once(caught.empty() ? 0 : liana_tests::failed_as_planned);
}
