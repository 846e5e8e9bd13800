#include "runtime/settings/configuration.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <liana/error.hpp>

#include "runtime/settings/setting_parsers.hpp"

namespace liana::detail {
namespace {

constexpr std::string_view size_words =
    "auto, or a whole number of bytes from 64 KiB to 8 TiB, plain or with K, M, G, T, KiB, MiB, GiB or TiB (K = KiB = "
    "1024), "
    "such as 512M";
constexpr std::string_view duration_words =
    "a number above zero and up to 10^9 s, plain (seconds) or with ms, s, min or h, such as 500ms, or none";

// A global address has 43 bits for the offset in a segment.
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 43;
constexpr std::uint64_t fewest_bytes = std::uint64_t{64} << 10;
constexpr std::uint64_t most_validity_words = std::uint64_t{1} << 32;
// A global address has 16 bits for the rank, so that more hosts could not have one each.
constexpr std::uint64_t most_hosts = std::uint64_t{1} << 16;

std::size_t whole_pages(std::uint64_t bytes) {
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

std::optional<int> parse_automatic_integer(const setting_text& text, std::uint64_t lowest, std::uint64_t highest) {
  if (text.value == "auto") {
    return std::nullopt;
  }
  return static_cast<int>(parse_integer(text, lowest, highest));
}

/// The value that stands beside the text in `words`.
template <class Value>
Value parse_word(const setting_text& text, std::initializer_list<std::pair<std::string_view, Value>> words) {
  for (const auto& [word, value] : words) {
    if (word == text.value) {
      return value;
    }
  }
  reject(text, "is not one of the accepted words");
}

void read_transport(const setting_text& text, configuration& out) {
  out.transport = parse_word<transport_choice>(
      text,
      {{"auto", transport_choice::automatic}, {"shm", transport_choice::shm}, {"verbs", transport_choice::verbs}});
}

/// 0 where it is left open.
std::size_t parse_automatic_size(const setting_text& text) {
  return text.value == "auto" ? 0 : whole_pages(parse_size(text, fewest_bytes, most_bytes));
}

void read_segment_bytes(const setting_text& text, configuration& out) {
  out.segment_bytes = parse_automatic_size(text);
}

void read_cache_bytes(const setting_text& text, configuration& out) { out.cache_bytes = parse_automatic_size(text); }

void read_hosts(const setting_text& text, configuration& out) {
  if (text.value == "real") {
    out.hosts = {hosts_mode::real, 0};
  } else if (text.value == "each") {
    out.hosts = {hosts_mode::each, 0};
  } else {
    out.hosts = {hosts_mode::dealt, static_cast<int>(parse_integer(text, 1, most_hosts))};
  }
}

void read_validity_words(const setting_text& text, configuration& out) {
  const std::uint64_t words = parse_size(text, 1, most_validity_words);
  if (!std::has_single_bit(words)) {
    reject(text, "is not a power of two");
  }
  out.validity_words = words;
}

void read_device(const setting_text& text, configuration& out) {
  if (text.value.empty()) {
    reject(text, "is empty");
  }
  out.device = text.value == "auto" ? std::nullopt : std::optional(text.value);
}

void read_port(const setting_text& text, configuration& out) { out.port = parse_automatic_integer(text, 1, 255); }

void read_gid_index(const setting_text& text, configuration& out) {
  out.gid_index = parse_automatic_integer(text, 0, 255);
}

void read_stats(const setting_text& text, configuration& out) {
  static constexpr std::string_view json = "json:";
  out.stats_file.clear();
  if (text.value.starts_with(json)) {
    out.stats = stats_target::json_file;
    out.stats_file = text.value.substr(json.size());
    if (out.stats_file.empty()) {
      reject(text, "names no file");
    }
    return;
  }
  out.stats = parse_word<stats_target>(
      text,
      {{"off", stats_target::off}, {"0", stats_target::off}, {"on", stats_target::table}, {"1", stats_target::table}});
}

void read_warn_after(const setting_text& text, configuration& out) { out.warn_after = parse_duration(text); }

void read_timeout(const setting_text& text, configuration& out) { out.timeout = parse_duration(text); }

void read_log(const setting_text& text, configuration& out) {
  out.log = parse_word<log_level>(text, {{"off", log_level::off},
                                         {"error", log_level::error},
                                         {"warn", log_level::warn},
                                         {"info", log_level::info},
                                         {"debug", log_level::debug}});
}

void read_sharer_groups(const setting_text& text, configuration& out) {
  out.sharer_groups = parse_automatic_integer(text, 1, 20);
}

// A value from code goes through the same reader as one from the environment, so that both are checked alike; hence it
// is put as the variable would say it.
std::string as_text(const std::string& value) { return value; }
std::string as_text(const hosts_option& value) { return value.text(); }
std::string as_text(const stats_option& value) { return value.text(); }
std::string as_text(std::size_t value) { return std::to_string(value); }
std::string as_text(int value) { return std::to_string(value); }
std::string as_text(std::chrono::duration<double> value) {
  if (value == no_time_limit) {
    return "none";
  }
  // Nanoseconds, below which nothing is kept, and no exponent, unless the value is out of range anyhow.
  return std::abs(value.count()) <= 1e9 ? fmt::format("{:.9f}s", value.count()) : fmt::format("{}s", value.count());
}

template <auto field>
std::optional<std::string> from_code(const options& in_code) {
  const auto& value = in_code.*field;
  return value ? std::optional(as_text(*value)) : std::nullopt;
}

std::optional<std::string> never_in_code(const options& /*in_code*/) { return std::nullopt; }

struct table_row {
  setting_description description;
  void (*read)(const setting_text&, configuration&) = nullptr;
  std::optional<std::string> (*in_code)(const options&) = nullptr;
};

// Every setting there is: variable, field of options, default, what is accepted. In the order of the enumeration.
constexpr std::array<table_row, setting_count> table{{
    {{setting::transport, "LIANA_TRANSPORT", "transport", "auto", "auto, shm or verbs"},
     read_transport,
     from_code<&options::transport>},
    {{setting::segment_bytes, "LIANA_SEGMENT_BYTES", "segment_bytes", "auto", size_words},
     read_segment_bytes,
     from_code<&options::segment_bytes>},
    {{setting::cache_bytes, "LIANA_CACHE_BYTES", "cache_bytes", "auto", size_words},
     read_cache_bytes,
     from_code<&options::cache_bytes>},
    {{setting::hosts, "LIANA_HOSTS", "hosts", "real", "real, each, or a number of pretended hosts from 1 to 65536"},
     read_hosts,
     from_code<&options::hosts>},
    {{setting::validity_words, "LIANA_VALIDITY_WORDS", "validity_words", "262144",
      "a power of two from 1 to 2^32, plain or with K, M or G (K = 1024)"},
     read_validity_words,
     from_code<&options::validity_words>},
    {{setting::device, "LIANA_DEVICE", "device", "auto", "auto or the name of an RDMA device"},
     read_device,
     from_code<&options::device>},
    {{setting::port, "LIANA_PORT", "port", "auto", "auto or a number from 1 to 255"},
     read_port,
     from_code<&options::port>},
    {{setting::gid_index, "LIANA_GID_INDEX", "gid_index", "auto", "auto or a number from 0 to 255"},
     read_gid_index,
     from_code<&options::gid_index>},
    {{setting::stats, "LIANA_STATS", "stats", "off", "off (or 0), on (or 1), or json:FILE"},
     read_stats,
     from_code<&options::stats>},
    {{setting::warn_after, "LIANA_WARN_AFTER", "warn_after", "10s", duration_words},
     read_warn_after,
     from_code<&options::warn_after>},
    {{setting::timeout, "LIANA_TIMEOUT", "timeout", "none", duration_words},
     read_timeout,
     from_code<&options::timeout>},
    {{setting::log, "LIANA_LOG", "", "warn", "off, error, warn, info or debug"}, read_log, never_in_code},
    {{setting::sharer_groups, "LIANA_SHARER_GROUPS", "", "auto", "auto or a number from 1 to 20", true},
     read_sharer_groups,
     never_in_code},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table.at(i).description.id) != i || table.at(i).read == nullptr) {
      return false;
    }
  }
  return true;
}
static_assert(in_order(), "the table of settings has one row for each, in the order of the enumeration");

void apply(const table_row& row, origin from, std::string text, configuration& out) {
  const auto& description = row.description;
  std::string name =
      from == origin::code ? fmt::format("options::{}", description.field) : std::string(description.variable);
  row.read({std::move(name), text, description.accepted}, out);
  out.provenances.at(static_cast<std::size_t>(description.id)) = {from, std::move(text)};
}

void reject_contradictions(const configuration& in) {
  if (in.transport != transport_choice::shm) {
    return;
  }
  const std::array<std::pair<setting, bool>, 3> verbs_only{{{setting::device, in.device.has_value()},
                                                            {setting::port, in.port.has_value()},
                                                            {setting::gid_index, in.gid_index.has_value()}}};
  for (const auto& [id, is_set] : verbs_only) {
    if (is_set) {
      throw config_error(fmt::format(
          "{} contradicts {}: shared memory uses no RDMA device; accepted: one of the two, or transport verbs or auto",
          as_written(id, in), as_written(setting::transport, in)));
    }
  }
}

std::vector<std::string> warnings_about(const variable_map& variables) {
  std::array<known_variable, setting_count> known{};
  std::ranges::transform(table, known.begin(), [](const table_row& row) {
    return known_variable{row.description.variable, !row.description.for_tests};
  });
  return warnings_about_unknown(variables, known);
}

}  // namespace

configuration configure(const options& in_code, const variable_map& variables) {
  configuration result;
  for (const table_row& row : table) {
    apply(row, origin::default_value, std::string(row.description.default_text), result);
    if (const auto entry = variables.find(row.description.variable); entry != variables.end()) {
      apply(row, origin::environment, entry->second, result);
    }
    if (auto text = row.in_code(in_code)) {
      apply(row, origin::code, std::move(*text), result);
    }
  }
  reject_contradictions(result);
  result.warnings = warnings_about(variables);
  return result;
}

bool same_values(const configuration& one, const configuration& other) {
  const auto values = [](const configuration& of) {
    return std::tie(of.transport, of.segment_bytes, of.cache_bytes, of.hosts, of.validity_words, of.device, of.port,
                    of.gid_index, of.stats, of.stats_file, of.warn_after, of.timeout, of.log, of.sharer_groups);
  };
  return values(one) == values(other);
}

void require_agreement(const configuration& running, const options& in_code) {
  for (const table_row& row : table) {
    const setting id = row.description.id;
    const std::optional<std::string> text = row.in_code(in_code);
    if (!text) {
      continue;
    }
    configuration wanted;
    apply(row, origin::code, *text, wanted);
    configuration had;
    apply(row, origin::default_value, running.provenance_of(id).text, had);
    if (!same_values(wanted, had)) {
      throw config_error(fmt::format(
          "{} differs from what the runtime of this process was started with, {}; accepted: the same value, "
          "or no value here, where a second liana::runtime only shares the first one",
          as_written(id, wanted), as_written(id, running)));
    }
  }
}

const setting_description& describe(setting id) { return table.at(static_cast<std::size_t>(id)).description; }

std::string as_written(setting id, const configuration& in) {
  const auto& [from, text] = in.provenance_of(id);
  const auto& description = describe(id);
  return from == origin::code ? fmt::format("options::{} = {}", description.field, detail::quoted(text))
                              : fmt::format("{} = {}", description.variable, detail::quoted(text));
}

}  // namespace liana::detail
