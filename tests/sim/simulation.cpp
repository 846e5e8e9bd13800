#include "tests/sim/simulation.hpp"

#include <cstdlib>
#include <exception>
#include <utility>

#include "runtime/job/startup.hpp"
#include "tests/sim/arena.hpp"
#include "transport/sim/sim_transport.hpp"

namespace liana_tests::sim {
namespace {

simulation* active = nullptr;

schedule_options calm() {
  schedule_options with;
  with.how = scheduling::calm;
  with.limit = 5'000'000;
  return with;
}

}  // namespace

simulation* active_simulation() { return active; }

simulation_options ranks_apart(int ranks) {
  simulation_options with;
  for (int rank = 0; rank < ranks; ++rank) {
    with.real_hosts.push_back(rank);
  }
  with.runtime.transport = "verbs";
  with.runtime.hosts = "real";
  with.runtime.segment_bytes = 262144;
  with.runtime.cache_bytes = 65536;
  with.runtime.validity_words = 64;
  with.runtime.warn_after = liana::no_time_limit;
  with.schedule.how = scheduling::calm;
  return with;
}

simulation::simulation(simulation_options with, std::uint64_t seed)
    : options_(std::move(with)),
      choices_(seed),
      wires_(static_cast<liana::rank_t>(options_.real_hosts.size()), options_.network, choices_),
      turns_(options_.schedule, choices_, wires_),
      job_(options_.real_hosts) {
  active = this;
  arena::reset();
  job_.rank = [this] { return turns_.rank(); };
  job::current() = &job_;
  liana::transport::sim::the_world() = {.wires = &wires_,
                                        .thread = [this] { return turns_.thread(); },
                                        .wait = [this] { turns_.wait(); },
                                        .alone =
                                            [this](const std::function<void()>& body) {
                                              turns_.fence();  // a device sees what was stored before it is told
                                              turns_.point();
                                              turns_.outside(body);
                                            }};
}

simulation::~simulation() {
  active = nullptr;
  job::current() = nullptr;
}

void simulation::set_tracer(std::function<void(const std::string&)> to,
                            std::function<std::string(liana::rank_t, std::uint64_t)> place,
                            std::function<std::string(const void*)> name) {
  wires_.set_tracer(to, std::move(place));
  turns_.set_tracer(std::move(to), std::move(name));
}

simulation_result simulation::run(simulated_program& program) {
  result_ = {};
  result_.failures.resize(options_.real_hosts.size());
  met_.assign(3, std::vector<bool>(options_.real_hosts.size(), false));
  ::setenv("LIANA_LOG", "off", 0);
  if (options_.sharer_groups.has_value()) {
    ::setenv("LIANA_SHARER_GROUPS", std::to_string(*options_.sharer_groups).c_str(), 1);
  } else {
    ::unsetenv("LIANA_SHARER_GROUPS");
  }
  for (liana::rank_t rank = 0; rank < ranks(); ++rank) {
    turns_.start(rank, 0, [this, &program, rank] { run_rank(program, rank); });
  }
  turns_.use(calm());
  result_.hung = !turns_.run();
  result_.choices = turns_.choices_made();
  return result_;
}

void simulation::keep(liana::rank_t rank) {
  std::string& failure = result_.failures[static_cast<std::size_t>(rank)];
  try {
    throw;
  } catch (const std::exception& problem) {
    failure = problem.what();
  } catch (...) {
    failure = "something that is no std::exception";
  }
}

void simulation::run_rank(simulated_program& program, liana::rank_t rank) {
  std::unique_ptr<liana::detail::runtime_state> state;
  try {
    state = liana::detail::start_runtime(options_.runtime, {});
    program.set_up(*state);
  } catch (...) {
    keep(rank);
  }
  meet(0);
  if (state != nullptr) {
    run_threads(program, *state, rank);
  }
  meet(1);
  try {
    if (state != nullptr && result_.failures[static_cast<std::size_t>(rank)].empty()) {
      program.look_back(*state);
    }
  } catch (...) {
    keep(rank);
  }
  meet(2);
  if (state != nullptr) {
    liana::detail::end_runtime(std::move(state), false);
  }
  turns_.outside([&] { wires_.lose(rank); });  // its process ends
}

void simulation::run_threads(simulated_program& program, liana::detail::runtime_state& state, liana::rank_t rank) {
  unsigned left = options_.threads;
  const auto act = [&](unsigned thread) {
    try {
      program.act(state, thread);
    } catch (...) {
      keep(rank);
      // The program ends by it, and its process with it.
      turns_.outside([&] { wires_.lose(rank); });
    }
    turns_.fence();
    --left;
  };
  for (unsigned thread = 1; thread < options_.threads; ++thread) {
    turns_.outside([&] { turns_.start(rank, thread, [&act, thread] { act(thread); }); });
  }
  turns_.outside([&] { begin_to_act(); });
  act(0);
  while (left != 0) {
    turns_.wait();
  }
}

void simulation::begin_to_act() {
  if (acting_) {
    return;
  }
  acting_ = true;
  turns_.use(options_.schedule);
  if (options_.goes_wrong.what != accident::kind::none) {
    turns_.plan_event(options_.goes_wrong.after, [this] { have_accident(); });
  }
}

void simulation::have_accident() {
  const accident& now = options_.goes_wrong;
  if (now.what == accident::kind::lost_rank) {
    turns_.trace("rank " + std::to_string(now.rank) + " is gone");
    turns_.kill(now.rank);
    wires_.lose(now.rank);
  } else {
    turns_.trace("the connection of rank " + std::to_string(now.rank) + " to rank " + std::to_string(now.to) +
                 " breaks");
    wires_.break_connection(now.rank, now.to);
  }
}

void simulation::meet(std::size_t phase) {
  met_[phase][static_cast<std::size_t>(turns_.rank())] = true;
  const auto all_met = [&] {
    for (liana::rank_t rank = 0; rank < ranks(); ++rank) {
      if (!met_[phase][static_cast<std::size_t>(rank)] && turns_.alive(rank)) {
        return false;
      }
    }
    return true;
  };
  while (!all_met()) {
    turns_.wait();
  }
  if (phase != 0) {  // after the first, all act, as soon as one has left it
    turns_.outside([&] { turns_.use(calm()); });
  }
}

}  // namespace liana_tests::sim
