#include "replay.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "update_stream.hpp"

namespace gups {

std::size_t wrong_words(const problem& of, std::size_t first, std::span<const std::uint64_t> words) {
  if (words.empty()) return 0;
  std::vector<std::uint64_t> copy(words.begin(), words.end());
  update_stream stream(0);
  for (std::uint64_t i = 0; i < of.updates(); ++i) {
    const std::uint64_t update = stream.next();
    const std::size_t here = (update & of.mask()) - first;  // huge in front of first
    if (here < copy.size()) copy[here] ^= update;
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < copy.size(); ++i) wrong += copy[i] == first + i ? 0U : 1U;
  return wrong;
}

}  // namespace gups
