#pragma once

#include <cstdint>

#include <liana/detail/address.hpp>
#include <liana/detail/replica.hpp>

#include "runtime/coherence/claimed_replica.hpp"
#include "runtime/coherence/read_miss.hpp"

namespace liana::detail {

/// One far fetch: a read miss that fills a claimed replica, which is then counted and published. Destroyed before that,
/// it waits until the transport no longer writes into the replica, and gives the replica up.
///
///     far_fetch fetch(state, block, claimed replica);
///     while (!fetch.miss().step()) { wait or do something else }
///     fetch.publish(pinned);
class far_fetch {
 public:
  far_fetch(runtime_state& state, address block, claimed_replica&& copy,
            when_all_are_lent then = when_all_are_lent::wait);

  [[nodiscard]] read_miss& miss() { return miss_; }
  [[nodiscard]] const read_miss& miss() const { return miss_; }

  /// Once `miss().step()` was true. `pinned`: with one pin already taken for the caller.
  replica& publish(bool pinned);

 private:
  claimed_replica copy_;
  std::uint64_t old_version_;
  read_miss miss_;
};

/// Fills a claimed replica of a block whose home is not this rank, waiting for it, and publishes it, pinned for the
/// caller.
replica& fetch_replica(runtime_state& state, address block, claimed_replica&& copy);

}  // namespace liana::detail
