#include "tests/sim/program.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <liana/detail/access.hpp>
#include <liana/error.hpp>

#include "runtime/coherence/coherence.hpp"

namespace liana_tests::sim {
namespace {

using kind = action::kind;

/// A shape: what each role does to variables 0, 1 and 2; `+` writes, `-` reads.
struct shape {
  const char* name;
  std::vector<std::vector<int>> roles;  ///< variable + 1, negative: read
};

/// The names are those of Alglave, Maranget and Tautschnig, "Herding cats" (2014).
const std::array<shape, 8>& shapes() {
  static const std::array<shape, 8> all{{
      {"SB", {{1, -2}, {2, -1}}},
      {"MP", {{1, 2}, {-2, -1}}},
      {"LB", {{-1, 2}, {-2, 1}}},
      {"IRIW", {{1}, {2}, {-1, -2}, {-2, -1}}},
      {"2+2W", {{1, 2}, {2, 1}}},
      {"CoRR", {{1}, {-1, -1}, {-1, -1}}},
      {"WRC", {{1}, {-1, 2}, {-2, -1}}},
      {"ISA2", {{1, 2}, {-2, 3}, {-3, -1}}},
  }};
  return all;
}

constexpr std::array<std::size_t, 10> sizes{1, 1, 1, 2, 4, 8, 8, 32, 128, 1};  ///< of blocks, in words

void choose_job(run_plan& plan, seeded_chooser& choices) {
  auto& job = plan.job;
  const std::size_t ranks = 2 + choices.below(3);
  const std::uint64_t arrangement = choices.below(4);
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    job.real_hosts.push_back(arrangement == 0 ? 0 : static_cast<int>(arrangement == 1 ? rank / 2 : rank));
  }
  job.threads = choices.once_in(4) ? 2 : 1;
  job.runtime.transport = "verbs";
  if (choices.once_in(6)) {
    std::ranges::fill(job.real_hosts, 0);
    job.runtime.transport = "shm";
    job.runtime.hosts = choices.once_in(2) ? liana::hosts_option("each") : liana::hosts_option(2);
  }
  job.runtime.segment_bytes = 262144;
  job.runtime.cache_bytes = 65536;
  job.runtime.validity_words = std::size_t{1} << choices.below(4);
  job.runtime.warn_after = liana::no_time_limit;
  job.runtime.hosts = "real";
  if (choices.once_in(4)) {
    job.sharer_groups = static_cast<int>(1 + choices.below(3));
  }
  if (choices.once_in(3)) {
    plan.cache_pages = 4;
  }
}

void choose_schedule(run_plan& plan, seeded_chooser& choices) {
  auto& schedule = plan.job.schedule;
  schedule.how = choices.once_in(3) ? scheduling::priorities : scheduling::random;
  schedule.mean_run = std::uint64_t{1} << choices.below(6);
  schedule.wire_share = 1 + choices.below(6);
  schedule.stop_once_in = choices.once_in(2) ? 0 : 50 + choices.below(400);
  schedule.preemptions = 1 + choices.below(5);
  schedule.expected = 500U << choices.below(5);
  schedule.store_buffers = !choices.once_in(4);
  auto& network = plan.job.network;
  network.reorder = !choices.once_in(4);
  network.split = !choices.once_in(8);
  network.delay_sight = !choices.once_in(4);
  network.late_to_report = !choices.once_in(4);
  network.unordered_reads = choices.once_in(2);
}

/// Now and then something goes wrong: then everybody who is left must come to an end, with an error where need be.
void choose_accident(run_plan& plan, seeded_chooser& choices) {
  if (plan.job.runtime.transport == "shm" || !choices.once_in(16)) {
    return;
  }
  const std::size_t ranks = plan.job.real_hosts.size();
  auto& accident = plan.job.goes_wrong;
  accident.what = choices.once_in(2) ? accident::kind::lost_rank : accident::kind::broken_connection;
  accident.after = choices.below(2000);
  accident.rank = static_cast<liana::rank_t>(choices.below(ranks));
  accident.to =
      static_cast<liana::rank_t>((static_cast<std::size_t>(accident.rank) + 1 + choices.below(ranks - 1)) % ranks);
}

action choose_action(const run_plan& plan, seeded_chooser& choices) {
  constexpr std::array weighted{kind::get,
                                kind::get,
                                kind::get,
                                kind::get,
                                kind::put,
                                kind::put,
                                kind::put_word,
                                kind::read,
                                kind::read,
                                kind::write,
                                kind::write,
                                kind::overwrite,
                                kind::prefetch,
                                kind::get_several,
                                kind::put_several,
                                kind::write_several,
                                kind::begin_get,
                                kind::begin_put,
                                kind::begin_put_word,
                                kind::finish};
  action made;
  made.what = weighted[choices.below(weighted.size())];
  const std::size_t first = choices.below(plan.blocks.size());
  made.blocks.push_back(first);
  made.word = choices.below(plan.blocks[first].words);
  if (made.what >= kind::get_several) {
    for (std::size_t i = 1; i < plan.blocks.size(); ++i) {
      // Held together, more than two may not fit into a tiny cache.
      const bool fits = plan.cache_pages == 0 || made.what != kind::write_several || made.blocks.size() < 2;
      if (fits && choices.once_in(2)) {
        made.blocks.push_back((first + i) % plan.blocks.size());
      }
    }
  }
  return made;
}

void choose_mixed(run_plan& plan, seeded_chooser& choices) {
  const std::size_t ranks = plan.job.real_hosts.size();
  const bool crowded = plan.cache_pages != 0;
  const std::size_t blocks = crowded ? 4 + choices.below(4) : 1 + choices.below(5);
  for (std::size_t i = 0; i < blocks; ++i) {
    shared_block made;
    made.home = static_cast<liana::rank_t>(choices.below(ranks));
    made.words = sizes[choices.below(sizes.size())];
    if (crowded && choices.once_in(2)) {
      made.words = std::size_t{4} << choices.below(5);  // classes that do not fit side by side
    }
    plan.blocks.push_back(made);
  }
  std::size_t left = 42 + choices.below(16);
  for (std::size_t process = 0; left != 0; process = (process + 1) % plan.scripts.size(), --left) {
    plan.scripts[process].push_back(choose_action(plan, choices));
  }
}

/// Two ranks of one host read a block again and again while one rank writes it: they register for each other.
void choose_crowd(run_plan& plan, seeded_chooser& choices) {
  const bool near = choices.once_in(2);
  const bool far_writer = choices.once_in(3);
  auto& job = plan.job;
  job.real_hosts = near ? std::vector<int>{0, 0, 0} : std::vector<int>{0, 1, 1};
  if (far_writer) {
    job.real_hosts.push_back(near ? 1 : 2);
  }
  job.runtime.transport = "verbs";
  job.runtime.hosts = "real";
  job.goes_wrong = {};
  job.threads = 1;
  job.schedule.mean_run = 1 + choices.below(3);
  plan.scripts.resize(job.real_hosts.size());
  shared_block made;
  made.words = choices.once_in(4) ? 128 : 1;
  plan.blocks.push_back(made);
  for (std::size_t i = 0; i < 16; ++i) {
    plan.scripts[far_writer ? 3 : 0].push_back(
        {.what = choices.once_in(2) ? kind::put : kind::overwrite, .blocks = {0}});
    plan.scripts[1].push_back({.what = kind::read, .blocks = {0}});
    plan.scripts[2].push_back({.what = kind::read, .blocks = {0}});
  }
}

/// Instances of one shape, each with variables and roles of its own.
void choose_litmus(run_plan& plan, seeded_chooser& choices) {
  const shape& chosen = shapes()[choices.below(shapes().size())];
  const std::size_t ranks = plan.job.real_hosts.size();
  while (plan.scripts.size() < chosen.roles.size()) {  // IRIW takes four
    ++plan.job.threads;
    plan.scripts.resize(ranks * plan.job.threads);
  }
  std::size_t operations = 0;
  for (std::size_t instance = 0; operations < 42; ++instance) {
    const std::size_t first = plan.blocks.size();
    for (int variable = 0; variable < 3; ++variable) {
      shared_block made;
      made.home = static_cast<liana::rank_t>(choices.below(ranks));
      made.words = choices.once_in(4) ? 8 : 1;
      plan.blocks.push_back(made);
    }
    std::vector<std::size_t> cast(plan.scripts.size());
    for (std::size_t i = 0; i < cast.size(); ++i) {
      cast[i] = i;
    }
    for (std::size_t i = cast.size(); i > 1; --i) {
      std::swap(cast[i - 1], cast[choices.below(i)]);
    }
    for (std::size_t role = 0; role < chosen.roles.size(); ++role) {
      auto& script = plan.scripts[cast[role]];
      for (const int step : chosen.roles[role]) {
        if (choices.once_in(2)) {  // a replica beforehand
          script.insert(script.begin(), {.what = choices.once_in(2) ? kind::get : kind::prefetch,
                                         .blocks = {first + static_cast<std::size_t>(std::abs(step) - 1)}});
          ++operations;
        }
      }
      for (const int step : chosen.roles[role]) {
        const std::size_t block = first + static_cast<std::size_t>(std::abs(step) - 1);
        constexpr std::array reads{kind::get, kind::read, kind::begin_get};
        constexpr std::array writes{kind::put, kind::write, kind::overwrite, kind::put_word, kind::begin_put};
        const kind what = step < 0 ? reads[choices.below(reads.size())] : writes[choices.below(writes.size())];
        script.push_back({.what = what, .blocks = {block}});
        if (what == kind::begin_get || what == kind::begin_put) {
          script.push_back({.what = kind::finish, .blocks = {block}});  // which restores program order
        }
        ++operations;
      }
    }
  }
  plan.text = chosen.name;
  plan.litmus = true;
}

/// Runs the scripts.
class scripted_program final : public simulated_program {
 public:
  scripted_program(const run_plan& plan, recorder& record) : sections(plan.locks), plan_(plan), record_(record) {}

  void set_up(liana::detail::runtime_state& state) override {
    if (plan_.cache_pages != 0) {
      const auto& layout = state.layout_of(state.rank());
      state.replicas.emplace(
          std::span(state.memory.segment.data() + layout.cache, plan_.cache_pages * liana::detail::page_bytes),
          [](std::byte*, std::size_t) {});
      state.replicas->describe(state.hot);
    }
    record_.make_blocks(state);
    sections.make(state);
  }

  void act(liana::detail::runtime_state& state, unsigned thread) override {
    const std::size_t process = static_cast<std::size_t>(state.rank()) * plan_.job.threads + thread;
    const end_of_script handles(record_, process);
    for (const action& each : plan_.scripts[process]) {
      perform_if_there_is_room(process, each);
    }
    perform_if_there_is_room(process, {.what = kind::finish, .blocks = {0}});
    // As the next collective call of a program would: a rank that stays away for ever with a release that has failed
    // keeps others waiting.
    liana::detail::complete_outstanding(state);
  }

  void look_back(liana::detail::runtime_state& state) override { record_.look_back(state); }

  critical_sections sections;
  std::size_t refused = 0;

 private:
  /// Handles go with the thread's stack, also when an exception ends it.
  class end_of_script {
   public:
    end_of_script(recorder& record, std::size_t process) : record_(record), process_(process) {}
    end_of_script(const end_of_script&) = delete;
    end_of_script& operator=(const end_of_script&) = delete;
    end_of_script(end_of_script&&) = delete;
    end_of_script& operator=(end_of_script&&) = delete;
    ~end_of_script() { record_.drop(process_); }

   private:
    recorder& record_;
    std::size_t process_;
  };

  void perform_if_there_is_room(std::size_t process, const action& each) {
    try {
      perform(process, each);
    } catch (const liana::resource_error&) {
      ++refused;  // a cache of three pages may be full of what others hold
    }
  }

  void perform(std::size_t process, const action& each) {
    const std::size_t block = each.blocks.front();
    switch (each.what) {
      case kind::get:
        return record_.get(process, block);
      case kind::put:
        return record_.put(process, block);
      case kind::put_word:
        return record_.put_word(process, block, each.word);
      case kind::read:
        return record_.read(process, block);
      case kind::write:
        return record_.write(process, block, false);
      case kind::overwrite:
        return record_.write(process, block, true);
      case kind::prefetch:
        return liana::detail::prefetch_block(record_.blocks()[block].at);
      case kind::begin_get:
        return record_.begin_get(process, block);
      case kind::begin_put:
        return record_.begin_put(process, block, std::nullopt);
      case kind::begin_put_word:
        return record_.begin_put(process, block, each.word);
      case kind::finish:
        return record_.finish(process);
      case kind::get_several:
        return record_.get_several(each.blocks);
      case kind::put_several:
        return record_.put_several(process, each.blocks);
      case kind::write_several:
        return record_.write_several(process, each.blocks);
      case kind::load:
        record_.load(process, block);
        return;
      case kind::add:
        return record_.add(process, block);
      case kind::swap:
        return record_.swap(process, block);
      case kind::add_several:
        return record_.add_several(each.blocks, each.word == 1);
      case kind::critical_section:
        return visit(process, each);
    }
  }

  /// A full cache is no reason to leave the section as an accident does.
  void visit(std::size_t process, const action& each) {
    sections.enter(each.lock, each.how, [&] {
      try {
        record_.get(process, each.blocks.front());
        record_.put(process, each.blocks.front());
      } catch (const liana::resource_error&) {
        ++refused;
      }
    });
  }

  const run_plan& plan_;
  recorder& record_;
};

std::string describe_accident(const accident& what) {
  switch (what.what) {
    case accident::kind::lost_rank:
      return fmt::format(", rank {} is lost after {} choices", what.rank, what.after);
    case accident::kind::broken_connection:
      return fmt::format(", the connection of rank {} to rank {} breaks after {} choices", what.rank, what.to,
                         what.after);
    default:
      return "";
  }
}

std::string describe_plan(const run_plan& plan) {
  const auto& job = plan.job;
  std::string hosts;
  for (const int each : job.real_hosts) {
    hosts += fmt::format("{}", each);
  }
  return fmt::format("{} ranks on hosts {}{}, {} threads each, {} blocks, {} locks, {} validity words{}{}, {}{}",
                     job.real_hosts.size(), hosts, job.runtime.transport == "shm" ? " over shm, apart" : "",
                     job.threads, plan.blocks.size(), plan.locks.size(), *job.runtime.validity_words,
                     job.sharer_groups.has_value() ? fmt::format(", {} groups of sharers", *job.sharer_groups) : "",
                     plan.cache_pages != 0 ? ", tiny cache" : "",
                     job.schedule.how == scheduling::random ? fmt::format("random, runs of {}", job.schedule.mean_run)
                                                            : fmt::format("{} preemptions", job.schedule.preemptions),
                     plan.text.empty() ? "" : ", litmus " + plan.text) +
         describe_accident(job.goes_wrong);
}

}  // namespace

run_plan plan_run(std::uint64_t seed) {
  seeded_chooser choices(seed);
  run_plan plan;
  choose_job(plan, choices);
  choose_schedule(plan, choices);
  choose_accident(plan, choices);
  plan.scripts.resize(plan.job.real_hosts.size() * plan.job.threads);
  if (choices.once_in(4)) {
    choose_litmus(plan, choices);
  } else if (choices.once_in(5)) {
    choose_crowd(plan, choices);
  } else {
    choose_mixed(plan, choices);
  }
  mix_in(plan, seed);
  plan.text = describe_plan(plan);
  return plan;
}

run_outcome play(std::uint64_t seed, const std::function<void(const std::string&)>& trace) {
  const run_plan plan = plan_run(seed);
  simulation world(plan.job, seed ^ 0x5DEECE66DU);
  recorder record(plan.blocks, plan.scripts.size());
  record.watch(world);
  if (trace) {
    world.set_tracer(
        trace, [&record](liana::rank_t rank, std::uint64_t offset) { return record.place(rank, offset); },
        [&record](const void* at) { return record.place(at); });
  }
  scripted_program program(plan, record);
  const simulation_result result = world.run(program);
  run_outcome outcome;
  for (const auto& script : plan.scripts) {
    outcome.operations += script.size();
  }
  outcome.refused = program.refused;
  outcome.litmus = plan.litmus;
  outcome.accident = plan.job.goes_wrong.what != accident::kind::none;
  outcome.choices = result.choices;
  if (result.hung) {
    outcome.check = "progress";
    outcome.violation = fmt::format("not done after {} choices: {}; failures so far: {}", result.choices,
                                    world.turns().unfinished(), fmt::join(result.failures, "; "));
    return outcome;
  }
  for (std::size_t rank = 0; rank < result.failures.size(); ++rank) {
    const std::string& failure = result.failures[rank];
    if (!failure.empty() && (!outcome.accident || failure.find("gone") == std::string::npos)) {
      outcome.check = "errors";
      outcome.violation = fmt::format("rank {} failed: {}", rank, failure);
      return outcome;
    }
  }
  if (program.sections.violation().has_value()) {
    outcome.check = "locks";
    outcome.violation = program.sections.violation();
    return outcome;
  }
  outcome.violation = record.judge();
  outcome.check = "history";
  return outcome;
}

}  // namespace liana_tests::sim
