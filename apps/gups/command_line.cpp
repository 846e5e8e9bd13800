#include "command_line.hpp"

#include <string>

namespace gups {

command_line parse_command_line(int argc, char** argv, bool speak) {
  command_line result;
  settings& values = result.values;
  std::string by = "atomics";

  apps::options all("RandomAccess of HPC Challenge: updates of random words of one table, by all ranks of a job.");
  all.whole("--log2-words", values.what.log2_words, "words in the table, as a power of 2", 0, 40);
  all.whole("--updates-per-word", values.what.updates_per_word, "updates, as a multiple of the words", 1, 1 << 16);
  all.word("--by", by, "how a word is updated: by an atomic xor, or read and put back, which may lose updates",
           {"atomics", "put"});
  all.whole("--look-ahead", values.look_ahead, "updates that a rank holds back, to make them at once", 1,
            most_look_ahead);
  all.on_off("verify", values.verify, "compare with the same updates made in plain memory");

  result.exit_code = all.parse(argc, argv, speak);
  values.by = by == "put" ? way::put : way::atomics;
  return result;
}

}  // namespace gups
