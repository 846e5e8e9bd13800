#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <liana/detail/address.hpp>
#include <liana/detail/annotated_mutex.hpp>
#include <liana/detail/replica.hpp>

#include "runtime/coherence/claimed_replica.hpp"
#include "transport/transport.hpp"

namespace liana::detail {

class runtime_state;

/// The release of one far write under way. Nobody waits for it; the replica that its data come from stays until it has
/// landed.
struct release {
  transport::completion done;
  address block;
  replica* pinned = nullptr;  ///< published, pinned by the release
  claimed_replica scratch;    ///< not published, only a place for the data: given up afterwards
};

/// The releases that this rank has posted and not yet seen land. Thread-safe.
class release_queue {
 public:
  /// A release to post with; null where there is no memory for one.
  std::unique_ptr<release> take() noexcept;

  /// After posting. One that has landed already (always so over shared memory) is finished at once; now and then,
  /// others that have. Throws peer_error as `progress`.
  void put(runtime_state& state, std::unique_ptr<release> posted);

  /// Finishes what has landed; returns how many are still under way. Throws peer_error when one failed, after all that
  /// have landed are finished.
  std::size_t progress(runtime_state& state);

 private:
  void finish(runtime_state& state, std::span<std::unique_ptr<release>> landed);

  annotated_mutex mutex_;
  std::vector<std::unique_ptr<release>> under_way_ LIANA_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<release>> idle_ LIANA_GUARDED_BY(mutex_);
  std::size_t made_ LIANA_GUARDED_BY(mutex_) = 0;       ///< releases, ever: both lists have places for all
  std::size_t look_from_ LIANA_GUARDED_BY(mutex_) = 0;  ///< so many under way are looked through when one more comes
};

}  // namespace liana::detail
