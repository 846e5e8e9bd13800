#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "problem.hpp"

namespace gups {

/// How many of the words from `first` on differ from what all updates of the stream make of them. Applies the whole
/// stream once more, one update after the other, to a copy in plain memory of these words; to xor twice is to leave
/// alone, so that every word should be its own number again.
[[nodiscard]] std::size_t wrong_words(const problem& of, std::size_t first, std::span<const std::uint64_t> words);

}  // namespace gups
