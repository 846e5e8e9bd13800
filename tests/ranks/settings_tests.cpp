// How the settings of a job fit together: what has to be the same on all ranks, what has no effect, and what the user
// is told of it.

#include <gtest/gtest.h>

#include "tests/ranks/captured_output.hpp"
#include "tests/ranks/lifecycle_support.hpp"

namespace {

using namespace liana_tests;

void start(const liana::options& options) { const liana::runtime runtime(MPI_COMM_WORLD, options); }

bool one_real_host() {
  MPI_Comm host = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  int ranks = 0;
  MPI_Comm_size(host, &ranks);
  MPI_Comm_free(&host);
  return ranks == world_size();
}

// What this process prints while a runtime starts and ends.
std::string output_of_a_start(const liana::options& options) {
  const captured_output output;
  start(options);
  plain_barrier();
  return output.text();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Which rank has which value, and how all get the same.
TEST(settings, that_differ_between_ranks_are_a_config_error_on_all_of_them) {
  if (world_size() < 2) GTEST_SKIP() << "one rank cannot differ";
  const bool first = world_rank() == 0;
  struct difference {
    const char* variable = nullptr;
    liana::options options;
    const char* of_first = nullptr;
    const char* of_others = nullptr;
  };
  const difference differences[] = {
      {"LIANA_TRANSPORT", {.transport = first ? "shm" : "auto"}, "rank 0: shm", ": auto"},
      {"LIANA_HOSTS", {.hosts = first ? "each" : "real"}, "rank 0: each", ": real"},
      {"LIANA_HOSTS", {.hosts = first ? 2 : 3}, "rank 0: 2", ": 3"},
      {"LIANA_VALIDITY_WORDS", {.validity_words = first ? 1024 : 2048}, "rank 0: 1024", ": 2048"},
  };
  for (const auto& [variable, options, of_first, of_others] : differences) {
    EXPECT_TRUE(throws_naming<liana::config_error>(
        [&with = options] { start(with); },
        {std::string(variable) + " differs between ranks", of_first, of_others, std::string("mpirun -x ") + variable}));
  }
  const scoped_variable groups("LIANA_SHARER_GROUPS", first ? std::optional<std::string>("2") : std::nullopt);
  EXPECT_TRUE(
      throws_naming<liana::config_error>([] { start({}); }, {"LIANA_SHARER_GROUPS differs", "rank 0: 2", ": auto"}));
}

TEST(settings, may_differ_in_the_size_of_segments_and_caches) {
  const auto rank = static_cast<std::size_t>(world_rank());
  const liana::runtime runtime(
      MPI_COMM_WORLD, liana::options{.segment_bytes = (16U + rank) << 20, .cache_bytes = (1U + rank % 3) << 20});
  expect_working_memory(14'000'000);
}

TEST(settings, of_shared_memory_hold_on_one_host_and_are_refused_on_several) {
  const liana::options options{.transport = "shm"};
  if (one_real_host()) {
    const liana::runtime runtime(MPI_COMM_WORLD, options);
    expect_working_memory(15'000'000);
  } else {
    EXPECT_TRUE(throws_naming<liana::config_error>([&] { start(options); }, {"\"shm\"", "one host", "verbs"}));
  }
}

TEST(settings, of_a_device_that_is_not_used_are_said_to_have_no_effect) {
  if (!one_real_host()) GTEST_SKIP() << "on several hosts the device is used";
  const scoped_variable log("LIANA_LOG", "info");
  const std::string text = output_of_a_start({.transport = "auto", .device = "none_such", .port = 1});
  if (world_rank() == 0) {
    EXPECT_TRUE(contains(text, "options::device = \"none_such\" has no effect")) << text;
    EXPECT_TRUE(contains(text, "options::port = \"1\" has no effect")) << text;
  } else {
    EXPECT_FALSE(contains(text, "none_such")) << text;
  }
}

TEST(settings, that_do_not_exist_are_warned_of_once) {
  const scoped_variable misspelt("LIANA_SEGMENT_BYTE", "1G");
  const std::string text = output_of_a_start({});
  if (world_rank() == 0) {
    EXPECT_TRUE(contains(text, "warning: LIANA_SEGMENT_BYTE is set")) << text;
    EXPECT_TRUE(contains(text, "the most similar one is LIANA_SEGMENT_BYTES")) << text;
  } else {
    EXPECT_FALSE(contains(text, "LIANA_SEGMENT_BYTE")) << text;
  }
}

}  // namespace
