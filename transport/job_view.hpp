#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <liana/detail/rank.hpp>

namespace liana::transport {

/// What a back end is told of the job when it starts.
struct job_view {
  struct segment {
    std::byte* data = nullptr;  ///< where it is mapped in this process; null when its rank is on another host
    std::size_t bytes = 0;
  };

  rank_t rank = 0;
  std::vector<segment> segments;          ///< by rank
  std::function<bool(rank_t)> near_lost;  ///< whether a rank whose segment is mapped here is gone
};

}  // namespace liana::transport
