#include "random_stream.hpp"

#include <nettle/sha1.h>

namespace uts {

namespace {

std::array<std::uint8_t, 4> big_endian(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24U), static_cast<std::uint8_t>(number >> 16U),
          static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}

stream_state hash(const stream_state& state, std::uint32_t number, std::size_t of_state) {
  const auto bytes = big_endian(number);
  sha1_ctx context;  // NOLINT(cppcoreguidelines-pro-type-member-init): sha1_init does it
  sha1_init(&context);
  sha1_update(&context, of_state, state.data());
  sha1_update(&context, bytes.size(), bytes.data());
  stream_state result;
  sha1_digest(&context, result.size(), result.data());
  return result;
}

}  // namespace

stream_state first_state(std::uint32_t seed) { return hash({}, seed, 16); }

stream_state child_state(const stream_state& parent, std::uint32_t which) { return hash(parent, which, parent.size()); }

}  // namespace uts
