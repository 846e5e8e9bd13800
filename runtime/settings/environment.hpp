#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace liana::detail {

/// Variables by name, of which only those that begin with LIANA_ matter. A value rather than the process's own
/// environment, so that tests say what is set.
using variable_map = std::map<std::string, std::string, std::less<>>;

/// The variables of this process that begin with LIANA_. Not to be called while another thread changes the environment.
variable_map process_environment();

/// A name that begins with LIANA_ and means something.
struct known_variable {
  std::string_view name;
  bool offered;  ///< to users who mistype a name; not so what is for tests only
};

/// One line for each variable that begins with LIANA_ and is not known, most likely mistyped, with the nearest name
/// that is. Variables that begin with LIANA_TEST_ belong to test programs and are not looked at.
std::vector<std::string> warnings_about_unknown(const variable_map& variables, std::span<const known_variable> known);

}  // namespace liana::detail
