#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <liana/options.hpp>

#include "runtime/report/log.hpp"
#include "runtime/settings/environment.hpp"

/// The settings of a job, read from the program's `options` and from the environment, checked, with where each one came
/// from.
namespace liana::detail {

enum class transport_choice { automatic, shm, verbs };

/// Which ranks count as sharing a host: those that do; none; those that a deal of the ranks over `hosts_choice::count`
/// puts together.
enum class hosts_mode { real, each, dealt };

struct hosts_choice {
  hosts_mode mode = hosts_mode::real;
  int count = 0;  ///< Of pretended hosts, at least 1, under `dealt`: host = rank % count.

  bool operator==(const hosts_choice&) const = default;
};

enum class stats_target { off, table, json_file };

/// Everything that can be set, in the order of the table in configuration.cpp, which describes each.
enum class setting {
  transport,
  segment_bytes,
  cache_bytes,
  hosts,
  validity_words,
  device,
  port,
  gid_index,
  stats,
  warn_after,
  timeout,
  log,
  sharer_groups,
};
inline constexpr std::size_t setting_count = 13;

enum class origin { default_value, environment, code };

/// Where the value of a setting came from, and how it was written there.
struct provenance {
  origin from = origin::default_value;
  std::string text;
};

struct setting_description {
  setting id;
  std::string_view variable;      ///< LIANA_...
  std::string_view field;         ///< Of `liana::options`; empty where there is none.
  std::string_view default_text;  ///< As the variable would say it.
  std::string_view accepted;      ///< Values, in words, for messages.
  bool for_tests = false;         ///< Never offered to users.
};

struct configuration {
  transport_choice transport = transport_choice::automatic;
  std::size_t segment_bytes = 0;  ///< Whole pages; 0: auto (choose_sizes, runtime/job/sizes.hpp).
  std::size_t cache_bytes = 0;    ///< As segment_bytes.
  hosts_choice hosts;
  std::size_t validity_words = 0;     ///< A power of two.
  std::optional<std::string> device;  ///< Empty: the nearest.
  std::optional<int> port;            ///< Empty: the first active one.
  std::optional<int> gid_index;       ///< Empty: the best.
  stats_target stats = stats_target::off;
  std::string stats_file;                              ///< Under `stats_target::json_file`.
  std::optional<std::chrono::nanoseconds> warn_after;  ///< Empty: never.
  std::optional<std::chrono::nanoseconds> timeout;     ///< Empty: never.
  log_level log = log_level::warn;
  std::optional<int> sharer_groups;  ///< Group marks with this many groups of hosts, whatever the number of hosts;
                                     ///< empty: as runtime/coherence/README.md says.

  std::array<provenance, setting_count> provenances;  ///< By setting; see `provenance_of`.

  /// One line each about variables that begin with LIANA_ and mean nothing. Worth logging by one rank.
  std::vector<std::string> warnings;

  [[nodiscard]] const provenance& provenance_of(setting id) const {
    return provenances.at(static_cast<std::size_t>(id));
  }
};

/// The settings that hold: `in_code` over `variables` over the defaults. Throws `config_error` with variable or field,
/// value and what is accepted, for the first value that is wrong, also for a variable that `in_code` would override,
/// and for contradictions between settings.
configuration configure(const options& in_code, const variable_map& variables = process_environment());

/// Whether both have the same values, wherever they came from.
[[nodiscard]] bool same_values(const configuration& one, const configuration& other);

/// Throws `config_error` where `in_code` sets a field to another value than `running` has, or to one that is wrong. A
/// field that is left alone takes what is there.
void require_agreement(const configuration& running, const options& in_code);

/// The row of the table of settings.
const setting_description& describe(setting id);

/// How the program or the user wrote it, for messages: LIANA_PORT = "1".
std::string as_written(setting id, const configuration& in);

}  // namespace liana::detail
