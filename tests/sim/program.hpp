// Random programs for simulated jobs, and the litmus shapes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/critical_sections.hpp"
#include "tests/sim/recorder.hpp"
#include "tests/sim/simulation.hpp"

namespace liana_tests::sim {

/// One access, or several at once.
struct action {
  enum class kind : std::uint8_t {
    get,
    put,
    put_word,
    read,
    write,
    overwrite,
    prefetch,
    begin_get,
    begin_put,
    begin_put_word,
    finish,
    get_several,
    put_several,
    write_several,
    load,
    add,
    swap,
    add_several,
    critical_section,
  };
  kind what = kind::get;
  std::vector<std::size_t> blocks;
  std::size_t word = 0;  ///< of add_several: whether by rounds
  std::size_t lock = 0;
  entrance how = entrance::exclusive;
};

/// One run: a job, what it does, how it is scheduled. All of it follows from the seed.
struct run_plan {
  simulation_options job;
  std::vector<shared_block> blocks;
  std::vector<lock_plan> locks;
  std::size_t cache_pages = 0;               ///< 0: as the options say
  std::vector<std::vector<action>> scripts;  ///< by process
  std::string text;                          ///< one line
  bool litmus = false;
};

run_plan plan_run(std::uint64_t seed);

/// Atomics and critical sections into some of the plans.
void mix_in(run_plan& plan, std::uint64_t seed);

/// What came of a run.
struct run_outcome {
  std::optional<std::string> violation;
  std::string check;           ///< which check found it
  std::size_t operations = 0;  ///< of the scripts
  std::size_t refused = 0;     ///< of them, for want of room in a tiny cache
  std::uint64_t choices = 0;   ///< of the scheduler
  bool litmus = false;
  bool accident = false;
};

/// `trace`: takes each step, if given.
run_outcome play(std::uint64_t seed, const std::function<void(const std::string&)>& trace = nullptr);

}  // namespace liana_tests::sim
