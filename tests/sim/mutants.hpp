// The mutants of the runtime, which are all in one program: mutants.cmake. A program is at most one of them.
//
// Its name may come from LIANA_TEST_MUTANT, which is read before `main`.
#pragma once

#include <string_view>
#include <vector>

namespace liana_tests::sim {

/// The runtime is this mutant from here on. Before its first use. Throws std::invalid_argument for an unknown name.
void become_mutant(std::string_view name);

/// The names of those that `explore` must catch.
std::vector<std::string_view> explored_mutants();

}  // namespace liana_tests::sim
