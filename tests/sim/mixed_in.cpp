// Atomics and critical sections, mixed into programs of accesses to blocks.

#include <algorithm>
#include <array>

#include "tests/sim/program.hpp"

namespace liana_tests::sim {
namespace {

using kind = action::kind;

void insert_at_random(run_plan& plan, seeded_chooser& choices, const action& what) {
  auto& script = plan.scripts[choices.below(plan.scripts.size())];
  script.insert(script.begin() + static_cast<std::ptrdiff_t>(choices.below(script.size() + 1)), what);
}

/// Some variables of the shapes become atomics: their order is the same as that of blocks.
void turn_variables(run_plan& plan, seeded_chooser& choices) {
  for (shared_block& each : plan.blocks) {
    if (choices.once_in(2)) {
      each.atomic = true;
      each.words = 1;
    }
  }
  for (auto& script : plan.scripts) {
    for (action& each : script) {
      if (!plan.blocks[each.blocks.front()].atomic) {
        continue;
      }
      const bool reads = each.what == kind::get || each.what == kind::read || each.what == kind::prefetch;
      each.what = reads ? kind::load : kind::add;
    }
  }
}

void add_atomics(run_plan& plan, seeded_chooser& choices) {
  const std::size_t first = plan.blocks.size();
  const std::size_t atomics = 1 + choices.below(3);
  for (std::size_t i = 0; i < atomics; ++i) {
    shared_block made;
    made.home = static_cast<liana::rank_t>(choices.below(plan.job.real_hosts.size()));
    made.atomic = true;
    plan.blocks.push_back(made);
  }
  constexpr std::array weighted{kind::load, kind::load, kind::add, kind::add, kind::swap, kind::add_several};
  const std::size_t operations = 10 + choices.below(20);
  for (std::size_t i = 0; i < operations; ++i) {
    action made;
    made.what = weighted[choices.below(weighted.size())];
    made.word = choices.below(2);
    const std::size_t together = made.what == kind::add_several ? 2 + choices.below(4) : 1;
    for (std::size_t k = 0; k < together; ++k) {
      made.blocks.push_back(first + choices.below(atomics));
    }
    insert_at_random(plan, choices, made);
  }
}

void add_critical_sections(run_plan& plan, seeded_chooser& choices, std::size_t ordinary_blocks) {
  const std::size_t locks = 1 + choices.below(2);
  for (std::size_t i = 0; i < locks; ++i) {
    plan.locks.push_back(
        {.home = static_cast<liana::rank_t>(choices.below(plan.job.real_hosts.size())), .shared = choices.once_in(2)});
  }
  const std::size_t operations = 6 + choices.below(20);
  for (std::size_t i = 0; i < operations; ++i) {
    insert_at_random(plan, choices,
                     {.what = kind::critical_section,
                      .blocks = {choices.below(ordinary_blocks)},
                      .lock = choices.below(locks),
                      .how = static_cast<entrance>(choices.below(4))});
  }
}

}  // namespace

void mix_in(run_plan& plan, std::uint64_t seed) {
  seeded_chooser choices(seed ^ 0xA7031C5U);
  const std::size_t ordinary = plan.blocks.size();
  if (choices.once_in(3)) {
    if (plan.litmus) {
      turn_variables(plan, choices);
    } else {
      add_atomics(plan, choices);
    }
  }
  if (!plan.litmus && choices.once_in(3)) {
    add_critical_sections(plan, choices, ordinary);
  }
}

}  // namespace liana_tests::sim
