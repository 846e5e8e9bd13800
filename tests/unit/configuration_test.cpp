#include "runtime/settings/configuration.hpp"

#include <chrono>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <liana/error.hpp>

namespace liana::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::size_t gib = 1024 * mib;
constexpr std::size_t tib = 1024 * gib;

/// The text of the config_error that this configuration brings; a failure and empty if it is accepted.
std::string refusal(const options& in_code, const variable_map& variables) {
  try {
    configure(in_code, variables);
  } catch (const config_error& fault) {
    return fault.what();
  }
  ADD_FAILURE() << "accepted";
  return {};
}

void expect_holds(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in: " << text;
  }
}

void expect_refused(const std::string& variable, const std::string& value, const std::vector<std::string>& parts) {
  SCOPED_TRACE(variable + "=" + value);
  expect_holds(refusal({}, {{variable, value}}), parts);
  expect_holds(refusal({}, {{variable, value}}), {variable + " = \"" + value + "\": ", "; accepted: "});
}

TEST(configuration, has_the_documented_defaults) {
  const configuration c = configure({}, {});
  EXPECT_EQ(c.transport, transport_choice::automatic);
  EXPECT_EQ(c.segment_bytes, 0U);  // auto
  EXPECT_EQ(c.cache_bytes, 0U);
  EXPECT_EQ(c.hosts, (hosts_choice{hosts_mode::real, 0}));
  EXPECT_EQ(c.validity_words, 262144U);
  EXPECT_EQ(c.device, std::nullopt);
  EXPECT_EQ(c.port, std::nullopt);
  EXPECT_EQ(c.gid_index, std::nullopt);
  EXPECT_EQ(c.stats, stats_target::off);
  EXPECT_EQ(c.warn_after, 10s);
  EXPECT_EQ(c.timeout, std::nullopt);
  EXPECT_EQ(c.log, log_level::warn);
  EXPECT_EQ(c.sharer_groups, std::nullopt);
  EXPECT_TRUE(c.warnings.empty());
  for (const provenance& each : c.provenances) {
    EXPECT_EQ(each.from, origin::default_value);
  }
}

TEST(configuration, describes_every_setting_under_its_own_number) {
  for (std::size_t i = 0; i < setting_count; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(describe(static_cast<setting>(i)).id), i);
  }
}

TEST(configuration, reads_every_variable) {
  const configuration c = configure({}, {{"LIANA_TRANSPORT", "verbs"},
                                         {"LIANA_SEGMENT_BYTES", "64M"},
                                         {"LIANA_CACHE_BYTES", "128KiB"},
                                         {"LIANA_HOSTS", "each"},
                                         {"LIANA_VALIDITY_WORDS", "4"},
                                         {"LIANA_DEVICE", "rxe0"},
                                         {"LIANA_PORT", "2"},
                                         {"LIANA_GID_INDEX", "0"},
                                         {"LIANA_STATS", "json:a:b.json"},
                                         {"LIANA_WARN_AFTER", "500ms"},
                                         {"LIANA_TIMEOUT", "2min"},
                                         {"LIANA_LOG", "debug"},
                                         {"LIANA_SHARER_GROUPS", "20"}});
  EXPECT_EQ(c.transport, transport_choice::verbs);
  EXPECT_EQ(c.segment_bytes, 64 * mib);
  EXPECT_EQ(c.cache_bytes, 128 * kib);
  EXPECT_EQ(c.hosts, (hosts_choice{hosts_mode::each, 0}));
  EXPECT_EQ(c.validity_words, 4U);
  EXPECT_EQ(c.device, "rxe0");
  EXPECT_EQ(c.port, 2);
  EXPECT_EQ(c.gid_index, 0);
  EXPECT_EQ(c.stats, stats_target::json_file);
  EXPECT_EQ(c.stats_file, "a:b.json");
  EXPECT_EQ(c.warn_after, 500ms);
  EXPECT_EQ(c.timeout, 2min);
  EXPECT_EQ(c.log, log_level::debug);
  EXPECT_EQ(c.sharer_groups, 20);
  EXPECT_TRUE(c.warnings.empty());
  for (const provenance& each : c.provenances) {
    EXPECT_EQ(each.from, origin::environment);
  }
}

TEST(configuration, reads_every_field_of_options) {
  const configuration c = configure({.transport = "verbs",
                                     .segment_bytes = 1U << 30U,
                                     .cache_bytes = 64 * kib,
                                     .hosts = 2,
                                     .validity_words = 1,
                                     .device = "mlx5_0",
                                     .port = 255,
                                     .gid_index = 3,
                                     .stats = true,
                                     .warn_after = 1500us,
                                     .timeout = 0.25s},
                                    {});
  EXPECT_EQ(c.transport, transport_choice::verbs);
  EXPECT_EQ(c.segment_bytes, gib);
  EXPECT_EQ(c.cache_bytes, 64 * kib);
  EXPECT_EQ(c.hosts, (hosts_choice{hosts_mode::dealt, 2}));
  EXPECT_EQ(c.validity_words, 1U);
  EXPECT_EQ(c.device, "mlx5_0");
  EXPECT_EQ(c.port, 255);
  EXPECT_EQ(c.gid_index, 3);
  EXPECT_EQ(c.stats, stats_target::table);
  EXPECT_EQ(c.warn_after, 1500us);
  EXPECT_EQ(c.timeout, 250ms);
  for (std::size_t i = 0; i < setting_count; ++i) {
    const bool has_field = !describe(static_cast<setting>(i)).field.empty();
    EXPECT_EQ(c.provenances.at(i).from, has_field ? origin::code : origin::default_value);
  }
}

TEST(configuration, takes_words_as_well_as_values_in_code) {
  EXPECT_EQ(configure({.hosts = "each"}, {}).hosts.mode, hosts_mode::each);
  EXPECT_EQ(configure({.hosts = std::string("real")}, {}).hosts.mode, hosts_mode::real);
  EXPECT_EQ(configure({.hosts = std::size_t{3}}, {}).hosts.count, 3);
  EXPECT_EQ(configure({.stats = false}, {}).stats, stats_target::off);
  EXPECT_EQ(configure({.stats = "json:out"}, {}).stats_file, "out");
  EXPECT_EQ(configure({.warn_after = 1h, .timeout = 7ns}, {}).warn_after, 3600s);
  EXPECT_EQ(configure({.timeout = 7ns}, {}).timeout, 7ns);
  EXPECT_EQ(configure({.timeout = 1000000000s}, {}).timeout, 1000000000s);
  EXPECT_EQ(configure({.warn_after = no_time_limit}, {}).warn_after, std::nullopt);
}

TEST(configuration, prefers_code_to_environment_to_default) {
  const configuration c =
      configure({.segment_bytes = 4 * mib, .stats = "on"},
                {{"LIANA_SEGMENT_BYTES", "8M"}, {"LIANA_CACHE_BYTES", "2M"}, {"LIANA_STATS", "json:forgotten"}});
  EXPECT_EQ(c.segment_bytes, 4 * mib);
  EXPECT_EQ(c.provenance_of(setting::segment_bytes).from, origin::code);
  EXPECT_EQ(c.provenance_of(setting::segment_bytes).text, "4194304");
  EXPECT_EQ(c.cache_bytes, 2 * mib);
  EXPECT_EQ(c.provenance_of(setting::cache_bytes).from, origin::environment);
  EXPECT_EQ(c.provenance_of(setting::cache_bytes).text, "2M");
  EXPECT_EQ(c.provenance_of(setting::timeout).from, origin::default_value);
  EXPECT_EQ(c.stats, stats_target::table);
  EXPECT_EQ(c.stats_file, "");
}

TEST(configuration, lets_code_and_environment_return_to_what_the_default_is) {
  EXPECT_EQ(configure({.device = "auto"}, {{"LIANA_DEVICE", "rxe0"}}).device, std::nullopt);
  EXPECT_EQ(configure({.timeout = no_time_limit}, {{"LIANA_TIMEOUT", "5"}}).timeout, std::nullopt);
  EXPECT_EQ(configure({}, {{"LIANA_PORT", "auto"}}).port, std::nullopt);
}

TEST(configuration, reads_sizes_with_units_of_1024) {
  const std::vector<std::pair<std::string, std::size_t>> sizes = {
      {"65536", 64 * kib}, {"64K", 64 * kib}, {"64KiB", 64 * kib}, {"0064K", 64 * kib}, {"3M", 3 * mib},
      {"3MiB", 3 * mib},   {"2G", 2 * gib},   {"2GiB", 2 * gib},   {"1T", tib},         {"8TiB", 8 * tib}};
  for (const auto& [text, bytes] : sizes) {
    SCOPED_TRACE(text);
    EXPECT_EQ(configure({}, {{"LIANA_SEGMENT_BYTES", text}}).segment_bytes, bytes);
    EXPECT_EQ(configure({}, {{"LIANA_CACHE_BYTES", text}}).cache_bytes, bytes);
  }
  EXPECT_EQ(configure({}, {{"LIANA_VALIDITY_WORDS", "256K"}}).validity_words, 262144U);
}

TEST(configuration, rounds_memory_up_to_whole_pages) {
  for (const std::size_t bytes : {64 * kib + 1, 128 * kib - 1, mib + 7}) {
    const std::size_t segment = configure({.segment_bytes = bytes}, {}).segment_bytes;
    EXPECT_EQ(segment % 4096, 0U);
    EXPECT_GE(segment, bytes);
    EXPECT_LT(segment, bytes + 64 * kib);
  }
}

TEST(configuration, refuses_sizes_it_does_not_understand_whole) {
  for (const std::string variable : {"LIANA_SEGMENT_BYTES", "LIANA_CACHE_BYTES", "LIANA_VALIDITY_WORDS"}) {
    expect_refused(variable, "12q", {"unknown unit \"q\""});
    expect_refused(variable, "-1", {"not a whole number"});
    expect_refused(variable, "+1", {"not a whole number"});
    expect_refused(variable, "", {"is empty"});
    expect_refused(variable, " 64M", {"not a whole number"});
    expect_refused(variable, "64M ", {"unknown unit \"M \""});
    expect_refused(variable, "64 M", {"unknown unit \" M\""});
    expect_refused(variable, "1.5G", {"not a whole number"});
    expect_refused(variable, "64KB", {"unknown unit \"KB\""});
    expect_refused(variable, "64k", {"unknown unit \"k\""});
    expect_refused(variable, "64KiBs", {"unknown unit \"KiBs\""});
    expect_refused(variable, "64Ki", {"unknown unit \"Ki\""});
    expect_refused(variable, "0x10000", {"unknown unit \"x10000\""});
    expect_refused(variable, "automatic", {"not a whole number"});
    expect_refused(variable, "18446744073709551616", {"too large"});
    expect_refused(variable, "16777216T", {"too large"});
  }
}

TEST(configuration, refuses_sizes_out_of_range) {
  for (const std::string variable : {"LIANA_SEGMENT_BYTES", "LIANA_CACHE_BYTES"}) {
    expect_refused(variable, "65535", {"less than 65536", "64 KiB to 8 TiB"});
    expect_refused(variable, "0", {"less than 65536"});
    expect_refused(variable, "8796093022209", {"more than 8796093022208"});
    expect_refused(variable, "9T", {"more than 8796093022208"});
  }
  expect_refused("LIANA_VALIDITY_WORDS", "0", {"less than 1"});
  expect_refused("LIANA_VALIDITY_WORDS", "8G", {"more than 4294967296"});
  expect_refused("LIANA_VALIDITY_WORDS", "1000", {"not a power of two", "a power of two from 1 to 2^32"});
}

TEST(configuration, reads_durations) {
  const std::vector<std::pair<std::string, std::chrono::nanoseconds>> durations = {
      {"10", 10s}, {"10s", 10s},   {"500ms", 500ms},           {"2min", 2min},
      {"1h", 1h},  {"0.5", 500ms}, {"1000000000", 1000000000s}};
  for (const auto& [text, duration] : durations) {
    SCOPED_TRACE(text);
    EXPECT_EQ(configure({}, {{"LIANA_TIMEOUT", text}}).timeout, duration);
    EXPECT_EQ(configure({}, {{"LIANA_WARN_AFTER", text}}).warn_after, duration);
  }
  EXPECT_EQ(configure({}, {{"LIANA_TIMEOUT", "none"}}).timeout, std::nullopt);
  EXPECT_EQ(configure({}, {{"LIANA_WARN_AFTER", "none"}}).warn_after, std::nullopt);
}

TEST(configuration, refuses_durations_it_does_not_understand_whole) {
  for (const std::string variable : {"LIANA_WARN_AFTER", "LIANA_TIMEOUT"}) {
    expect_refused(variable, "", {"is empty"});
    expect_refused(variable, "-5", {"does not begin with a digit"});
    expect_refused(variable, ".5", {"does not begin with a digit"});
    expect_refused(variable, "inf", {"does not begin with a digit"});
    expect_refused(variable, "nan", {"does not begin with a digit"});
    expect_refused(variable, "10 s", {"unknown unit \" s\""});
    expect_refused(variable, "10sec", {"unknown unit \"sec\""});
    expect_refused(variable, "10m", {"unknown unit \"m\""});
    expect_refused(variable, "1e3", {"unknown unit \"e3\""});
    expect_refused(variable, "0", {"not above zero"});
    expect_refused(variable, "0.0000000001", {"not above zero"});
    // Too small for a double, which was called too large.
    expect_refused(variable, "0." + std::string(400, '0') + "1", {"not above zero"});
    expect_refused(variable, "1000000001", {"longer than 1000000000 s"});
    expect_refused(variable, "300000h", {"longer than 1000000000 s"});
    expect_refused(variable, std::string(400, '9'), {"too large"});
  }
}

// A null character, which only code can give, ended the error.
TEST(configuration, shows_control_characters_by_number_in_errors) {
  expect_holds(refusal({.transport = std::string("\0shm", 4)}, {}),
               {R"(options::transport = "\x00shm": is not one of the accepted words)"});
  expect_holds(refusal({}, {{"LIANA_PORT", "1\x1b[2J\n"}}),
               {R"(LIANA_PORT = "1\x1b[2J\x0a": has "\x1b[2J\x0a" after the number)"});
}

TEST(configuration, refuses_numbers_and_words_that_are_not_accepted) {
  expect_refused("LIANA_TRANSPORT", "SHM", {"not one of the accepted words", "auto, shm or verbs"});
  expect_refused("LIANA_TRANSPORT", "", {"not one of the accepted words"});
  expect_refused("LIANA_HOSTS", "0", {"less than 1", "real, each, or a number"});
  expect_refused("LIANA_HOSTS", "65537", {"more than 65536"});
  expect_refused("LIANA_HOSTS", "2x", {"has \"x\" after the number"});
  expect_refused("LIANA_HOSTS", "every", {"not a whole number"});
  expect_refused("LIANA_DEVICE", "", {"is empty"});
  expect_refused("LIANA_PORT", "0", {"less than 1"});
  expect_refused("LIANA_PORT", "256", {"more than 255"});
  expect_refused("LIANA_PORT", "1K", {"has \"K\" after the number"});
  expect_refused("LIANA_GID_INDEX", "-1", {"not a whole number"});
  expect_refused("LIANA_GID_INDEX", "256", {"more than 255"});
  expect_refused("LIANA_STATS", "json:", {"names no file"});
  expect_refused("LIANA_STATS", "yes", {"not one of the accepted words", "json:FILE"});
  expect_refused("LIANA_LOG", "verbose", {"error, warn, info or debug"});
  expect_refused("LIANA_SHARER_GROUPS", "21", {"more than 20"});
}

TEST(configuration, checks_values_from_code_alike_and_names_the_field) {
  expect_holds(refusal({.transport = "tcp"}, {}), {"options::transport = \"tcp\": ", "auto, shm or verbs"});
  expect_holds(refusal({.segment_bytes = 100}, {}), {"options::segment_bytes = \"100\": is less than 65536"});
  expect_holds(refusal({.segment_bytes = std::numeric_limits<std::size_t>::max()}, {}),
               {"options::segment_bytes = \"18446744073709551615\": is more than"});
  expect_holds(refusal({.cache_bytes = 1}, {}), {"options::cache_bytes = \"1\": is less than 65536"});
  expect_holds(refusal({.hosts = 0}, {}), {"options::hosts = \"0\": is less than 1"});
  expect_holds(refusal({.hosts = -3}, {}), {"options::hosts = \"-3\": is not a whole number"});
  expect_holds(refusal({.validity_words = 3}, {}), {"options::validity_words = \"3\": is not a power of two"});
  expect_holds(refusal({.device = ""}, {}), {"options::device = \"\": is empty"});
  expect_holds(refusal({.port = 256}, {}), {"options::port = \"256\": is more than 255"});
  expect_holds(refusal({.gid_index = -1}, {}), {"options::gid_index = \"-1\": is not a whole number"});
  expect_holds(refusal({.stats = "maybe"}, {}), {"options::stats = \"maybe\": "});
  expect_holds(refusal({.warn_after = 0s}, {}), {"options::warn_after = \"0.000000000s\": is not above zero"});
  expect_holds(refusal({.timeout = -1s}, {}), {"options::timeout = \"-1.000000000s\": does not begin with a digit"});
  expect_holds(refusal({.timeout = std::chrono::seconds::max()}, {}),
               {"options::timeout = \"", "accepted: ", "10^9 s"});
  expect_holds(refusal({.timeout = std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())}, {}),
               {"options::timeout = \"nans\": "});
}

TEST(configuration, refuses_a_wrong_variable_even_where_code_sets_the_value) {
  expect_holds(refusal({.segment_bytes = mib}, {{"LIANA_SEGMENT_BYTES", "12q"}}), {"LIANA_SEGMENT_BYTES = \"12q\""});
}

TEST(configuration, refuses_settings_of_verbs_beside_shared_memory_and_names_both) {
  const variable_map shm = {{"LIANA_TRANSPORT", "shm"}};
  expect_holds(refusal({.device = "rxe0"}, shm), {R"(options::device = "rxe0" contradicts LIANA_TRANSPORT = "shm")"});
  expect_holds(refusal({.port = 1}, shm), {R"(options::port = "1" contradicts LIANA_TRANSPORT = "shm")"});
  expect_holds(refusal({.transport = "shm"}, {{"LIANA_GID_INDEX", "0"}}),
               {R"(LIANA_GID_INDEX = "0" contradicts options::transport = "shm")"});
  EXPECT_EQ(configure({.device = "auto"}, shm).transport, transport_choice::shm);
  EXPECT_EQ(configure({.device = "rxe0", .port = 1, .gid_index = 1}, {}).transport, transport_choice::automatic);
}

TEST(configuration, warns_of_unknown_variables_with_the_nearest_known_one) {
  const configuration c = configure({}, {{"LIANA_SEGMENT_BYTE", "1G"},
                                         {"LIANA_TIME_OUT", "3"},
                                         {"LIANA_CACHE", "1G"},
                                         {"LIANA_SHARER_GROUP", "3"},
                                         {"LIANA_STATS", "on"},
                                         {"LIANA_SHARER_GROUPS", "2"},
                                         {"LIANA_TEST_ANYTHING", "x"},
                                         {"KLIANA", "x"},
                                         {"LIANAX", "x"},
                                         {"PATH", "/bin"}});
  ASSERT_EQ(c.warnings.size(), 3U);
  expect_holds(c.warnings[0], {"LIANA_CACHE is set", "the most similar one is LIANA_CACHE_BYTES"});
  expect_holds(c.warnings[1], {"LIANA_SEGMENT_BYTE is set", "the most similar one is LIANA_SEGMENT_BYTES"});
  expect_holds(c.warnings[2], {"LIANA_TIME_OUT is set", "the most similar one is LIANA_TIMEOUT"});
}

// Module systems set such names beside each library.
TEST(configuration, does_not_warn_of_variables_that_are_meant_for_no_setting) {
  const configuration c = configure({}, {{"LIANA_ROOT", "/opt/liana"},
                                         {"LIANA_HOME", "/opt/liana"},
                                         {"LIANA_DIR", "/opt/liana"},
                                         {"LIANA_VERSION", "1"},
                                         {"LIANA_LIB", "/opt/liana/lib"},
                                         {"LIANA_INC", "/opt/liana/include"},
                                         {"LIANA_PREFIX", "/opt/liana"},
                                         {"LIANA_", ""}});
  EXPECT_TRUE(c.warnings.empty()) << c.warnings.front();
}

TEST(configuration, takes_the_variables_of_this_process) {
  // NOLINTBEGIN(concurrency-mt-unsafe): no other thread runs
  ASSERT_EQ(setenv("LIANA_TEST_CONFIGURATION", "a=b", 1), 0);
  const variable_map variables = process_environment();
  ASSERT_EQ(unsetenv("LIANA_TEST_CONFIGURATION"), 0);
  // NOLINTEND(concurrency-mt-unsafe)
  const auto found = variables.find("LIANA_TEST_CONFIGURATION");
  ASSERT_NE(found, variables.end());
  EXPECT_EQ(found->second, "a=b");
  EXPECT_EQ(variables.count("PATH"), 0U);
  EXPECT_EQ(process_environment().count("LIANA_TEST_CONFIGURATION"), 0U);
}

}  // namespace
}  // namespace liana::detail
