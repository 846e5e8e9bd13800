// What the command lines of the applications have in common.
#pragma once

#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>

namespace apps {

/// What a command line says, in the application's own `Settings`.
template <class Settings>
struct command_line {
  Settings values;

  /// Set when the program has nothing more to do, after --help or an error: what it is to return.
  std::optional<int> exit_code;
};

/// The switch --name, --no-name for `value`, which says what the default is.
inline void add_switch(CLI::App& to, const std::string& name, bool& value, const std::string& description) {
  // Without a value, of which CLI11 takes any number, and throws std::out_of_range for some.
  to.add_flag("--" + name + ",!--no-" + name, value, description + (value ? " (default: on)" : " (default: off)"))
      ->disable_flag_override();
}

/// Fills what the options of `app` are bound to; returns what `command_line::exit_code` is to be. All ranks read the
/// same command line; only the one that passes `speak` prints what there is to say about it.
inline std::optional<int> parse(CLI::App& app, int argc, char** argv, bool speak) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    std::ostringstream unheard;
    return app.exit(error, speak ? std::cout : unheard, speak ? std::cerr : unheard);
  }
}

}  // namespace apps
