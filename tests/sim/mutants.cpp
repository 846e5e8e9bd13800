#include "tests/sim/mutants.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace liana_tests::sim {

/// What MUTANT stands for in mutants.cmake.
namespace mutants {
#define LIANA_MUTANT(name, explored) bool name = false;
#include "mutants.inc"
#undef LIANA_MUTANT
}  // namespace mutants

namespace {

struct mutant {
  std::string_view name;
  bool* chosen;
  bool explored;
};

constexpr std::array all{
#define LIANA_MUTANT(name, explored) mutant{#name, &mutants::name, explored},
#include "mutants.inc"
#undef LIANA_MUTANT
};

/// For programs whose `main` is GoogleTest's. An unknown name ends the program here.
[[maybe_unused]] const bool chosen_by_environment = [] {
  const char* const name = std::getenv("LIANA_TEST_MUTANT");
  if (name == nullptr) {
    return false;
  }
  become_mutant(name);
  return true;
}();

}  // namespace

void become_mutant(std::string_view name) {
  const auto* const found = std::ranges::find(all, name, &mutant::name);
  if (found == all.end()) {
    throw std::invalid_argument("there is no mutant \"" + std::string(name) + "\" in tests/sim/mutants.cmake");
  }
  *found->chosen = true;
}

std::vector<std::string_view> explored_mutants() {
  std::vector<std::string_view> names;
  for (const mutant& each : all) {
    if (each.explored) {
      names.push_back(each.name);
    }
  }
  return names;
}

}  // namespace liana_tests::sim
