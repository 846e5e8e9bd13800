// Options in code and in the environment: which one wins, what is refused, and what the statistics show of them.

#include <chrono>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/ranks/captured_output.hpp"
#include "tests/ranks/lifecycle_support.hpp"

namespace {

using namespace liana_tests;
using namespace std::chrono_literals;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

bool fits(std::size_t bytes) {
  try {
    liana::destroy(liana::make_global_array<char>(bytes));
    return true;
  } catch (const liana::resource_error&) {
    return false;
  }
}

TEST(options, from_the_environment_win_over_the_default) {
  const scoped_variable variable("LIANA_SEGMENT_BYTES", "8M");
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  EXPECT_TRUE(fits(6 * mebibyte));
  EXPECT_FALSE(fits(16 * mebibyte));
}

TEST(options, from_code_win_over_the_environment) {
  const scoped_variable variable("LIANA_SEGMENT_BYTES", "8M");
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.segment_bytes = 32 * mebibyte});
  EXPECT_TRUE(fits(24 * mebibyte));
  EXPECT_FALSE(fits(40 * mebibyte));
}

TEST(options, default_to_a_segment_of_one_gibibyte) {
  const scoped_variable variable("LIANA_SEGMENT_BYTES", std::nullopt);
  // One rank alone, so that the test needs no more than a gibibyte of /dev/shm.
  if (world_rank() == 0) {
    const liana::runtime runtime(MPI_COMM_SELF, liana::options{});
    EXPECT_TRUE(fits(900 * mebibyte));
    EXPECT_FALSE(fits(1025 * mebibyte));
  }
  plain_barrier();
}

TEST(options, take_sizes_with_units) {
  for (const char* text : {"8M", "8MiB", "8192K", "8192KiB", "8388608"}) {
    const scoped_variable variable("LIANA_SEGMENT_BYTES", text);
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    EXPECT_TRUE(fits(6 * mebibyte)) << text;
    EXPECT_FALSE(fits(9 * mebibyte)) << text;
  }
}

TEST(options, take_durations_with_units) {
  for (const char* text : {"20000ms", "30s", "1min"}) {  // long enough for a start where everything is emulated
    const scoped_variable warn("LIANA_WARN_AFTER", text);
    const scoped_variable timeout("LIANA_TIMEOUT", text);
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    EXPECT_EQ(liana::size(), world_size());
  }
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.warn_after = 500ms, .timeout = 1min});
  EXPECT_EQ(liana::size(), world_size());
}

TEST(options, set_pretended_hosts_in_code) {
  {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.hosts = "each"});
    const auto objects = from_every_rank(liana::make_global<int>(1));
    for (const auto& object : objects) EXPECT_EQ(object.is_local(), object.home() == liana::rank());
  }
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.hosts = 2});
  const auto objects = from_every_rank(liana::make_global<int>(1));
  for (const auto& object : objects) EXPECT_EQ(object.is_local(), object.home() % 2 == liana::rank() % 2);
  liana::barrier();
}

// The variable wrong, the value and what would be right are named, nothing is started, and the next try succeeds.
TEST(options, that_do_not_parse_are_config_errors) {
  struct bad_setting {
    const char* variable;
    const char* value;
    const char* accepted;
  };
  const bad_setting bad[] = {{"LIANA_SEGMENT_BYTES", "12q", "K"},
                             {"LIANA_SEGMENT_BYTES", "-1", "K"},
                             {"LIANA_SEGMENT_BYTES", "", "K"},
                             {"LIANA_SEGMENT_BYTES", "0", "K"},
                             {"LIANA_SEGMENT_BYTES", "64 M", "K"},
                             {"LIANA_SEGMENT_BYTES", "99999999999999999999", "K"},
                             {"LIANA_SEGMENT_BYTES", "9999999G", "K"},
                             {"LIANA_CACHE_BYTES", "64k?", "K"},
                             {"LIANA_TRANSPORT", "foo", "verbs"},
                             {"LIANA_TRANSPORT", "", "shm"},
                             {"LIANA_HOSTS", "0", "each"},
                             {"LIANA_HOSTS", "-2", "each"},
                             {"LIANA_HOSTS", "every", "each"},
                             {"LIANA_VALIDITY_WORDS", "1000", "power of two"},
                             {"LIANA_VALIDITY_WORDS", "0", "power"},
                             {"LIANA_WARN_AFTER", "abc", "ms"},
                             {"LIANA_WARN_AFTER", "-1s", "ms"},
                             {"LIANA_TIMEOUT", "1x", "ms"},
                             {"LIANA_STATS", "maybe", "json"},
                             {"LIANA_STATS", "json:", "json"}};
  for (const auto& [variable, value, accepted] : bad) {
    const scoped_variable set(variable, value);
    const auto start = [] { const liana::runtime runtime(MPI_COMM_WORLD, liana::options{}); };
    EXPECT_TRUE(throws_naming<liana::config_error>(start, {variable, std::string("\"") + value + "\"", accepted}))
        << variable << "='" << value << "'";
  }
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  expect_working_memory(11'000'000);
}

TEST(options, in_code_are_checked_as_those_in_the_environment) {
  const liana::options bad[] = {liana::options{.transport = "foo"}, liana::options{.segment_bytes = 0},
                                liana::options{.hosts = 0},         liana::options{.validity_words = 1000},
                                liana::options{.stats = "maybe"},   liana::options{.warn_after = -1s},
                                liana::options{.timeout = 0s}};
  for (const auto& options : bad) {
    EXPECT_THROW(const liana::runtime runtime(MPI_COMM_WORLD, options), liana::config_error);
  }
}

// More than the cache holds is read twice: replicas are dropped, silently, and fetched again.
TEST(statistics_of, a_tiny_cache_show_evictions) {
  if (world_size() < 2) GTEST_SKIP() << "a cache is used between hosts, and one rank is one host";
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.cache_bytes = 128 << 10, .hosts = "each"});
  const auto array = liana::broadcast(liana::make_global_array<std::uint64_t>(mebibyte / 8), 0);
  liana::barrier();
  if (liana::rank() == 1) {
    const auto before = liana::stats();
    for (int pass = 0; pass < 2; ++pass) {
      for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(mebibyte / 8); i += 512) {
        EXPECT_EQ((array + i).get(), 0U);
      }
    }
    const auto after = liana::stats();
    constexpr std::uint64_t blocks = mebibyte / 4096;
    EXPECT_GE(after.evictions - before.evictions, 2 * blocks - (128 << 10) / 4096);
    EXPECT_GE(after.misses - before.misses, 2 * blocks - 32);
    EXPECT_GE(after.bytes_read - before.bytes_read, (2 * blocks - 32) * 4096);
  }
  liana::barrier();
}

// With a single word, any write to a shared block puts all replicas of the host in doubt; looking at the entry settles
// it.
TEST(statistics_of, a_tiny_validity_table_show_spurious_misses) {
  if (world_size() < 2) GTEST_SKIP() << "replicas are kept between hosts, and one rank is one host";
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.hosts = "each", .validity_words = 1});
  using page = sized<4096>;
  const auto kept = liana::broadcast(liana::make_global<page>(), 0);
  const auto written = liana::broadcast(liana::make_global<page>(), 0);
  if (liana::rank() == 1) {
    EXPECT_TRUE(is_zero(kept.get()));
    EXPECT_TRUE(is_zero(written.get()));
    EXPECT_TRUE(is_zero(kept.get()));
  }
  liana::barrier();
  if (liana::rank() == 0) written.put(numbered<page>(1));
  liana::barrier();
  if (liana::rank() == 1) {
    const auto before = liana::stats();
    EXPECT_TRUE(is_zero(kept.get()));
    const auto between = liana::stats();
    EXPECT_EQ(between.spurious_misses - before.spurious_misses, 1U);
    EXPECT_EQ(between.revalidations - before.revalidations, 1U);
    EXPECT_LT(between.bytes_read - before.bytes_read, 1024U) << "the data did not change, so it need not move";
    EXPECT_TRUE(is_zero(kept.get()));
    EXPECT_EQ(liana::stats().hits - between.hits, 1U);
    EXPECT_TRUE(holds(written.get(), 1));
  }
  liana::barrier();
}

TEST(statistics_of, group_marks_show_that_a_writer_tells_the_whole_group) {
  if (world_size() < 3) GTEST_SKIP() << "needs a group of several hosts that are far from the writer";
  for (const bool grouped : {false, true}) {
    const scoped_variable groups("LIANA_SHARER_GROUPS", grouped ? std::optional<std::string>("1") : std::nullopt);
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.hosts = "each"});
    const auto object = liana::broadcast(liana::make_global<int>(1), 0);
    if (liana::rank() == 1) {
      EXPECT_EQ(object.get(), 1);
    }
    liana::barrier();
    if (liana::rank() == 0) {
      const auto before = liana::stats();
      object.put(2);
      const auto sent = liana::stats().invalidations_sent - before.invalidations_sent;
      if (grouped) {
        EXPECT_GE(sent, static_cast<std::uint64_t>(liana::size() - 1));
      } else {
        EXPECT_EQ(sent, 1U);
      }
    }
    liana::barrier();
    EXPECT_EQ(object.get(), 2);
    liana::barrier();
  }
}

const char* const counter_words[] = {"hits",      "misses", "revalidations", "invalidations", "spurious",
                                     "evictions", "bytes",  "retries",       "home"};

// What this process prints during the life of a runtime.
std::string output_of_a_run(const liana::options& options) {
  const captured_output output;
  {
    const liana::runtime runtime(MPI_COMM_WORLD, options);
    expect_working_memory(12'000'000);
  }
  plain_barrier();
  return output.text();
}

TEST(statistics_at_the_end, are_a_table_over_all_ranks) {
  const std::string text = output_of_a_run(liana::options{.stats = "on"});
  if (world_rank() == 0) {
    for (const char* word : counter_words) EXPECT_NE(text.find(word), std::string::npos) << word << " in\n" << text;
    for (const char* word : {"min", "mean", "max"}) EXPECT_NE(text.find(word), std::string::npos) << text;
  } else {
    EXPECT_EQ(text, "");
  }
}

TEST(statistics_at_the_end, go_to_a_file_as_json) {
  long process = getpid();
  MPI_Bcast(&process, 1, MPI_LONG, 0, MPI_COMM_WORLD);
  const std::string file = ::testing::TempDir() + "liana_statistics_" + std::to_string(process) + ".json";
  {
    const scoped_variable variable("LIANA_STATS", "json:" + file);
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    expect_working_memory(13'000'000);
  }
  plain_barrier();
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const std::string json = text.str();
  EXPECT_EQ(json.substr(0, 1), "{");
  for (const char* word : counter_words) EXPECT_NE(json.find(word), std::string::npos) << word << " in\n" << json;
  plain_barrier();
  if (world_rank() == 0) {
    EXPECT_EQ(std::remove(file.c_str()), 0);
  }
}

TEST(statistics_at_the_end, name_the_arrays_and_objects_that_were_invalidated_most) {
  if (world_size() < 2) GTEST_SKIP() << "nobody else has a replica";
  const captured_output output;
  {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.hosts = "each", .stats = "on"});
    const auto object = liana::broadcast(liana::make_global<int>(0), 0);
    // Two blocks for each rank. Rank 1 reads those of rank 0, which then writes them.
    auto array = liana::make_array<double>(1024 * static_cast<std::size_t>(liana::size()));
    for (int round = 0; round < 3; ++round) {
      if (liana::rank() == 1) {
        EXPECT_EQ(static_cast<double>(array[0]) + static_cast<double>(array[512]), 2 * round);
        EXPECT_EQ(object.get(), 0);
      }
      liana::barrier();
      if (liana::rank() == 0) {
        array[0] = round + 1;
        array[512] = round + 1;
      }
      liana::barrier();
    }
    if (liana::rank() == 0) object.put(1);
  }
  plain_barrier();
  if (world_rank() != 0) return;
  const std::string text = output.text();
  const auto of_array =
      text.find("6  array number 1 (" + std::to_string(1024 * world_size()) + " elements of 8 B, blocks of 4096 B)\n");
  const auto of_object = text.find("1  object at ");
  EXPECT_NE(of_array, std::string::npos) << text;
  EXPECT_NE(of_object, std::string::npos) << text;
  EXPECT_LT(of_array, of_object) << "the most comes first:\n" << text;
}

TEST(statistics_at_the_end, that_cannot_be_written_are_an_error_in_the_log) {
  const std::string text = output_of_a_run(liana::options{.stats = "json:/none/such/statistics.json"});
  if (world_rank() == 0) {
    for (const char* part : {"error: LIANA_STATS", "/none/such/statistics.json", "No such file or directory"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
    }
  } else {
    EXPECT_EQ(text, "");
  }
}

TEST(statistics_at_the_end, are_not_printed_unless_asked_for) { EXPECT_EQ(output_of_a_run(liana::options{}), ""); }

}  // namespace
