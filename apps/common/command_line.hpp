// The command lines of the applications.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace apps {

/// What a command line says, in the application's own `Settings`.
template <class Settings>
struct command_line {
  Settings values;

  /// Set when the program has nothing more to do, after --help or an error: what it is to return.
  std::optional<int> exit_code;
};

/// The options of a program, each bound to a variable whose value is the default. CLI11 reads them, in one place: it
/// takes ten seconds to compile.
///
///     apps::options all("What the program does.");
///     all.whole("--steps", values.steps, "steps in time", 1, 1000);
///     result.exit_code = all.parse(argc, argv, speak);
class options {
 public:
  /// A handle to an option that was added.
  class option {
   public:
    /// The heading in the help under which it stands.
    option& group(const std::string& heading);
    /// The two cannot both be given.
    option& excludes(const option& other);
    /// The help does not say what the variable is without it.
    option& no_default();
    /// After `parse`: whether the command line has it.
    [[nodiscard]] bool given() const;

   private:
    friend class options;
    explicit option(void* of) : of_(of) {}
    void* of_;  ///< CLI11's
  };

  explicit options(const std::string& description);
  options(const options&) = delete;
  options& operator=(const options&) = delete;
  options(options&&) = delete;
  options& operator=(options&&) = delete;
  ~options();

  /// A whole number from `least` to `most`, written in digits alone.
  template <std::integral T>
  option whole(const std::string& name, T& value, const std::string& description, std::type_identity_t<T> least = 0,
               std::type_identity_t<T> most = std::numeric_limits<T>::max()) {
    return add_whole(name, static_cast<std::uint64_t>(value), description, static_cast<std::uint64_t>(least),
                     static_cast<std::uint64_t>(most),
                     [&value](std::uint64_t given) { value = static_cast<T>(given); });
  }

  /// A finite decimal number from `least` to `most`.
  option decimal(const std::string& name, double& value, const std::string& description, double least = 0,
                 double most = std::numeric_limits<double>::max());

  option text(const std::string& name, std::string& value, const std::string& description);

  /// One of these words.
  option word(const std::string& name, std::string& value, const std::string& description,
              const std::vector<std::string>& words);

  /// The switch --name, --no-name; `name` has no dashes.
  void on_off(const std::string& name, bool& value, const std::string& description);

  /// Fills what the options are bound to; returns what `command_line::exit_code` is to be. All ranks read the same
  /// command line; only the one that passes `speak` prints what there is to say about it.
  [[nodiscard]] std::optional<int> parse(int argc, char** argv, bool speak);

 private:
  struct parser;

  option add_whole(const std::string& name, std::uint64_t value, const std::string& description, std::uint64_t least,
                   std::uint64_t most, std::function<void(std::uint64_t)> set);

  std::unique_ptr<parser> parser_;
};

/// What is wrong with a command line whose values do not fit together: prints it where `speak`, returns the exit code.
[[nodiscard]] int refuse(const std::string& text, bool speak);

}  // namespace apps
