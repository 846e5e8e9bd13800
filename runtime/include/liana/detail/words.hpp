#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <liana/detail/address.hpp>
#include <liana/detail/context.hpp>

/// Words of 8 bytes in shared memory that take atomics and nothing else: the protocol of blocks never touches them.
///
/// Rule R1: the atomics of a CPU and of a NIC do not mix on one word. So where all ranks of the job share a host, every
/// atomic is the CPU's, inlined below; otherwise every atomic goes through the transport, also from the word's home and
/// its neighbours. Which of both it is holds for the whole runtime.
///
/// All functions throw usage_error for an address that is no word of this job, peer_error and timeout_error when a wait
/// ends badly. Any thread may call them.
namespace liana::detail {

/// Whether the atomics are the CPU's.
inline bool words_are_near(const context& here) { return here.word_ranks != 0; }

/// Where a word is mapped, if CPUs may use their atomics on it; else null, and the library does it, or explains what is
/// wrong. Every load here waits for the locked instruction before it, so there are few.
[[gnu::always_inline]] inline std::byte* word_here(address at) {
  const context& here = *current;
  if (at.home() < here.word_ranks && !at.is_null()) [[likely]] {
    const home_view& home = here.homes[at.home()];
    const std::uint64_t offset = at.offset();
    if (offset < home.bytes) [[likely]] {
      return home.origin + offset;
    }
  }
  return nullptr;
}

// ---- by the CPU or through the transport, as it is for all words of this job ----

[[nodiscard]] std::uint64_t load_word(address at, const char* operation);

/// Both return the value before.
std::uint64_t add_to_word(address at, std::uint64_t operand, const char* operation);
std::uint64_t swap_word(address at, std::uint64_t expected, std::uint64_t desired, const char* operation);

/// A change of a word: the new value from the old one and an operand.
using word_change = std::uint64_t (*)(std::uint64_t old, std::uint64_t operand);

/// The value before. By compare-and-swap, again and again until nobody was quicker.
std::uint64_t change_word(address at, std::uint64_t operand, word_change change, const char* operation);

/// A change of many words, each for itself and in no particular order, with as many under way as the transport takes.
/// `change`: null for an addition. `before`: the old values, or empty.
void change_words(std::span<const address> at, std::span<const std::uint64_t> operands, word_change change,
                  std::span<std::uint64_t> before, const char* operation);

/// Each loaded for itself, with many under way. Not where `words_are_near`: each is then a load of the CPU.
void load_words(std::span<const address> at, std::span<std::uint64_t> values, const char* operation);

/// A zeroed word of this rank in a block of its own, with `value` in it.
address make_word(std::uint64_t value, const char* operation);

// ---- values in words ----

/// What a word can hold as an atomic: numbers of 4 and 8 bytes. One of 4 bytes takes the lower half; the upper one is
/// whatever carries leave there.
template <class T>
concept atomic_value = ((std::integral<T> && !std::same_as<T, bool>) || std::floating_point<T>)&&(sizeof(T) == 4 ||
                                                                                                  sizeof(T) == 8) &&
                       std::same_as<T, std::remove_cv_t<T>>;

static_assert(std::endian::native == std::endian::little, "liana: the lower half of a word is its first four bytes");

template <class T>
using word_part = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <atomic_value T>
[[nodiscard]] constexpr std::uint64_t to_word(T value) {
  return std::bit_cast<word_part<T>>(value);
}
template <atomic_value T>
[[nodiscard]] constexpr T from_word(std::uint64_t word) {
  return std::bit_cast<T>(static_cast<word_part<T>>(word));
}

}  // namespace liana::detail
