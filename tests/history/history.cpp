#include "tests/history/history.hpp"

namespace liana_tests {

std::string describe(const access& one) {
  std::string text = "process " + std::to_string(one.process) + (one.write ? " wrote" : " read") + " block " +
                     std::to_string(one.block);
  if (one.version != unknown_version) {
    text += " version " + std::to_string(one.version);
  } else {
    text += " value " + std::to_string(one.value);
  }
  if (one.timed()) {
    text += " [" + std::to_string(one.begin) + ", " + (one.end == UINT64_MAX ? "..." : std::to_string(one.end)) + "]";
  }
  return text;
}

}  // namespace liana_tests
