#include "command_line.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "../checked_numbers.hpp"

namespace kmers {

command_line parse_command_line(int argc, char** argv, bool speak) {
  constexpr std::size_t most = std::size_t{1} << 40U;
  command_line result;
  problem& what = result.values.what;

  CLI::App app("Counts the k-mers of synthetic DNA in one hash table, and looks some up, by all ranks of a job.");
  app.option_defaults()->always_capture_default();
  const auto add = [&](const char* name, auto& value, const char* description, std::size_t least,
                       std::size_t greatest) {
    app.add_option(name, value, description)->check(checked_numbers::whole)->check(CLI::Range(least, greatest));
  };
  add("--genome", what.genome_bases, "bases of the genome", 1, most);
  add("--coverage", what.coverage, "how often each of them is read", 1, 10000);
  add("--read", what.read_bases, "bases in a read", 1, 1U << 20U);
  app.add_option("--error-rate", what.error_rate, "wrong bases of those read")
      ->check(checked_numbers::decimal)
      ->check(CLI::Range(0.0, 1.0));
  add("--k", what.k, "bases in a k-mer", 1, 31);
  add("--queries", what.queries, "k-mers to look up", 0, most);
  add("--slots", result.values.wanted_slots,
      "slots of the table, up to a power of 2; 0: half as many again as k-mers are expected", 0, most);
  app.add_option("--seed", what.seed, "of the genome and its reads")->check(checked_numbers::whole);
  apps::add_switch(app, "verify", result.values.verify, "compare with std::unordered_map");
  app.callback([&] {
    if (what.k > what.read_bases) {
      throw CLI::ValidationError("--k", fmt::format("{} is more than the {} bases of a read", what.k, what.read_bases));
    }
  });

  result.exit_code = apps::parse(app, argc, argv, speak);
  return result;
}

}  // namespace kmers
