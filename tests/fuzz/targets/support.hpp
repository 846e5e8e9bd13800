// What the fuzz targets share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// Defined by each target: gives the input to what is under test, and aborts or throws if that does what it should not.
void try_input(std::string_view input);

/// libFuzzer reports an abort together with the input that led to it.
inline void require(bool holds, std::string_view property, std::string_view about = {}) {
  if (holds) return;
  std::fprintf(stderr, "PROPERTY BROKEN: %.*s: %.*s\n", static_cast<int>(property.size()), property.data(),
               static_cast<int>(about.size()), about.data());
  std::abort();
}

/// No control character but tabs: an error neither ends early nor moves the cursor.
inline bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char each) {
    const auto code = static_cast<unsigned char>(each);
    return (code < 0x20 && each != '\t') || code == 0x7F;
  });
}

/// The parts of `text` between line feeds; as many as there are line feeds, and one.
inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

}  // namespace fuzz
