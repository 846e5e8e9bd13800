#include "transport/shm/shm_transport.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>

#include <liana/detail/racing_copy.hpp>

namespace liana::transport {
namespace {

constexpr std::size_t line_bytes = 64;

bool is_line(const operation& each) { return each.bytes == line_bytes && each.remote % line_bytes == 0; }

void read(const operation& each, const std::byte* remote) {
  if (is_line(each)) {
    detail::copy_line_ascending(static_cast<std::uint64_t*>(each.local),
                                reinterpret_cast<const std::uint64_t*>(remote));
  } else {
    detail::racing_copy(each.local, remote, each.bytes);
  }
  std::atomic_thread_fence(std::memory_order_acquire);  // reads keep their order
}

void write(const operation& each, std::byte* remote) {
  std::atomic_thread_fence(std::memory_order_release);  // after everything before it
  switch (each.bytes) {
    case 1:
      __atomic_store_n(reinterpret_cast<std::uint8_t*>(remote), *static_cast<const std::uint8_t*>(each.source),
                       __ATOMIC_RELEASE);
      break;
    case 2: {
      std::uint16_t value = 0;
      std::memcpy(&value, each.source, sizeof value);
      __atomic_store_n(reinterpret_cast<std::uint16_t*>(remote), value, __ATOMIC_RELEASE);
      break;
    }
    case 8: {
      std::uint64_t value = 0;
      std::memcpy(&value, each.source, sizeof value);
      if (each.remote % sizeof value == 0) {
        __atomic_store_n(reinterpret_cast<std::uint64_t*>(remote), value, __ATOMIC_RELEASE);
        break;
      }
      [[fallthrough]];
    }
    default:
      detail::racing_copy(remote, each.source, each.bytes);
  }
}

void apply_atomic(const operation& each, std::byte* remote) {
  auto* const word = reinterpret_cast<std::uint64_t*>(remote);
  std::uint64_t before = each.compare;
  if (each.what == operation::kind::fetch_add) {
    before = __atomic_fetch_add(word, each.operand, __ATOMIC_SEQ_CST);
  } else {
    __atomic_compare_exchange_n(word, &before, each.operand, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  }
  if (each.local != nullptr) {
    *static_cast<std::uint64_t*>(each.local) = before;
  }
}

}  // namespace

void shm_transport::post(rank_t peer, std::span<const operation> chain, completion& /*done*/) {
  std::byte* const segment = job_.segments[static_cast<std::size_t>(peer)].data;
  bool written = false;  // stores that may still wait in the store buffer, where a later read could pass them
  for (const operation& each : chain) {
    std::byte* const remote = segment + each.remote;
    switch (each.what) {
      case operation::kind::read:
        if (written) {
          std::atomic_thread_fence(std::memory_order_seq_cst);
          written = false;
        }
        read(each, remote);
        break;
      case operation::kind::write:
        write(each, remote);
        written = true;
        if (each.visible) {
          std::atomic_thread_fence(std::memory_order_seq_cst);
          written = false;
        }
        break;
      default:
        apply_atomic(each, remote);
        written = false;
    }
  }
}

}  // namespace liana::transport
