#include "command_line.hpp"

#include <string>

#include "../checked_numbers.hpp"

namespace gups {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;
  std::string by = "atomics";

  CLI::App app("RandomAccess of HPC Challenge: updates of random words of one table, by all ranks of a job.");
  app.option_defaults()->always_capture_default();
  app.add_option("--log2-words", values.what.log2_words, "words in the table, as a power of 2")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(0, 40));
  app.add_option("--updates-per-word", values.what.updates_per_word, "updates, as a multiple of the words")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(1, 1 << 16));
  app.add_option("--by", by, "how a word is updated: by an atomic xor, or read and put back, which may lose updates")
      ->check(CLI::IsMember({"atomics", "put"}));
  app.add_option("--look-ahead", values.look_ahead, "updates that a rank holds back, to make them at once")
      ->check(checked_numbers::whole)
      ->check(CLI::Range(std::size_t{1}, most_look_ahead));
  apps::add_switch(app, "verify", values.verify, "compare with the same updates made in plain memory");

  result.exit_code = apps::parse(app, argc, argv, speak);
  values.by = by == "put" ? way::put : way::atomics;
  return result;
}

}  // namespace gups
