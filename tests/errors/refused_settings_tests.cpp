// Settings in the environment that must be refused, before anything is started: MPI is left to the runtime, which
// leaves it alone.

#include <cstdlib>

#include "tests/errors/thrown.hpp"
#include "tests/ranks/lifecycle_support.hpp"
#include "tests/ranks/rank_report.hpp"

namespace {

using namespace liana_tests;

int argument_count = 0;
char** arguments = nullptr;

struct refused_setting {
  const char* name;
  const char* variable;
  const char* value;
  /// What the text must match after the variable and its value.
  const char* accepted;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
void PrintTo(const refused_setting& setting, std::ostream* out) { *out << setting.variable << "=" << setting.value; }

const refused_setting refused_settings[] = {
    {"segment_unit", "LIANA_SEGMENT_BYTES", "12q", "accepted: .*K, M, G"},
    {"segment_negative", "LIANA_SEGMENT_BYTES", "-1", "accepted: .*K, M, G"},
    {"segment_empty", "LIANA_SEGMENT_BYTES", "", "accepted: .*K, M, G"},
    {"segment_zero", "LIANA_SEGMENT_BYTES", "0", "accepted: .*K, M, G"},
    {"transport", "LIANA_TRANSPORT", "foo", "accepted: auto, shm or verbs"},
    {"hosts", "LIANA_HOSTS", "0", "accepted: real, each"},
    {"validity_words", "LIANA_VALIDITY_WORDS", "1000", "power of two"},
    {"warn_after", "LIANA_WARN_AFTER", "abc", "accepted: .*ms"},
};

void expect_refused(const std::string& expression) {
  EXPECT_TRUE(throws_matching<liana::config_error>([] { const liana::runtime runtime(argument_count, arguments); },
                                                   expression));
  int initialized = 1;
  MPI_Initialized(&initialized);
  EXPECT_EQ(initialized, 0);
}

class setting : public ::testing::TestWithParam<refused_setting> {};

TEST_P(setting, is_refused_with_variable_value_and_what_would_be_right) {
  const auto& [name, variable, value, accepted] = GetParam();
  const scoped_variable set(variable, value);
  expect_refused(std::string(variable) + ".*\"" + value + "\".*" + accepted);
}

INSTANTIATE_TEST_SUITE_P(errors, setting, ::testing::ValuesIn(refused_settings), name_of_parameter);

TEST(settings, that_contradict_each_other_are_refused) {
  const scoped_variable device("LIANA_DEVICE", "mlx5_0");
  const scoped_variable transport("LIANA_TRANSPORT", "shm");
  expect_refused("LIANA_DEVICE.*\"mlx5_0\".*LIANA_TRANSPORT");
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  argument_count = argc;
  arguments = argv;
  const char* const launched_as = std::getenv("OMPI_COMM_WORLD_RANK");
  return run_tests_of_rank(launched_as == nullptr ? 0 : std::atoi(launched_as), [] {});
}
