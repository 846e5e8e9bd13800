#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>

#include <liana/detail/access.hpp>
#include <liana/detail/address.hpp>
#include <liana/detail/context.hpp>
#include <liana/detail/rank.hpp>

/// What the handles of accesses call that were begun and not waited for (liana/pending.hpp).
namespace liana::detail {

/// Reads if that takes no waiting; otherwise starts to fetch what is far, unless it is on its way. Errors of the fetch
/// are left to the next read. Any thread.
bool try_read_bytes(address at, void* to, std::size_t bytes);

/// For callers that ask again and again: whether the home or the holder (-1: not known) is gone. Looks once in so many
/// calls, which `polls` counts.
[[nodiscard]] bool find_lost(address block, rank_t holder, std::uint32_t& polls);

/// A far put that was begun: what its handle and the list of such puts (runtime/coherence/put_list.hpp) share.
struct begun_put {
  address block;
  std::atomic<rank_t> holder{-1};  ///< who held the block when it was last tried, or -1
  std::atomic<bool> over{false};
  std::exception_ptr failure;  ///< to be looked at once it is over
};

[[nodiscard]] std::shared_ptr<begun_put> begin_far_put(address at, const void* from, std::size_t bytes);

/// Moves all puts on; whether this one is over.
[[nodiscard]] bool try_finish_put(const begun_put& which);

/// Waits for it. Throws what it failed by; where the wait ends by an exception, the put is given up.
void finish_put(const begun_put& which);
void finish_put_noexcept(const begun_put& which) noexcept;

/// The number of the runtime of this process, from 1; 0: there is none.
[[nodiscard]] std::uint64_t runtime_number() noexcept;

/// Throws usage_error unless the runtime is the one in which a handle was made.
void require_same_runtime(std::uint64_t number);

/// `read_inline` as far as it takes no waiting.
[[gnu::always_inline]] inline bool begin_read(address at, void* to, std::size_t bytes) {
  const context& here = *current;
  if (at.home() < here.size) [[likely]] {
    const home_view& home = here.homes[at.home()];
    if (home.origin != nullptr) {
      if (is_plausible(here, at, bytes) && try_near_read(home, at, to, bytes)) [[likely]] {
        count(counter.home_accesses);
        return true;
      }
    } else if (try_hit(here, at, to, bytes)) {
      count(counter.hits);
      return true;
    }
  }
  return try_read_bytes(at, to, bytes);
}

/// Writes to a near block; begins to write to a far one, and returns that.
[[nodiscard]] inline std::shared_ptr<begun_put> begin_write(address at, const void* from, std::size_t bytes) {
  const context& here = *current;
  if (at.home() < here.size && here.homes[at.home()].origin == nullptr) {
    return begin_far_put(at, from, bytes);
  }
  write_inline(at, from, bytes);
  return nullptr;
}

}  // namespace liana::detail
