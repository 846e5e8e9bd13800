#include "tests/stress/stress_options.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace liana_tests {

const char* const stress_usage =
    "coherence_stress [--seconds S] [--operations N] [--threads T] [--seed X] [--expect COUNTER]...\n"
    "  --seconds S      begin operations for S seconds (default 3)\n"
    "  --operations N   at most N operations of each participant (default: no bound)\n"
    "  --threads T      T threads per rank, 1 to 64 (default 1)\n"
    "  --seed X         the seed, as an earlier run printed it (default: a random one)\n"
    "  --expect COUNTER fail unless this counter of liana::stats() moved: hits, misses, evictions, spurious_misses,\n"
    "                   revalidations, invalidations_sent\n";

namespace {

template <class Number>
Number parse_number(std::string_view option, std::string_view text, Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Asked this way round, because from_chars takes "nan" for a number, which is neither less nor more.
  const bool in_range = value >= least && value <= most;
  if (error != std::errc() || end != text.data() + text.size() || !in_range) {
    throw std::invalid_argument(std::string(option) + " '" + std::string(text) + "': a number from " +
                                std::to_string(least) + " to " + std::to_string(most) + " is accepted");
  }
  return value;
}

}  // namespace

stress_options parse_stress_options(int argc, const char* const* argv) {
  stress_options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc) throw std::invalid_argument(std::string(option) + ": its value is missing");
    const std::string_view text = argv[i + 1];
    if (option == "--seconds") {
      options.seconds = parse_number(option, text, 0.001, 86400.0);
    } else if (option == "--operations") {
      options.operations = parse_number<std::uint64_t>(option, text, 1, UINT64_MAX);
    } else if (option == "--threads") {
      options.threads = parse_number(option, text, 1, 64);
    } else if (option == "--seed") {
      options.seed = parse_number<std::uint64_t>(option, text, 1, UINT64_MAX);
    } else if (option == "--expect") {
      options.expected.emplace_back(text);
    } else {
      throw std::invalid_argument(std::string(option) + ": no such option\n" + stress_usage);
    }
  }
  return options;
}

}  // namespace liana_tests
