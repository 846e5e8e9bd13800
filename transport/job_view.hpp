#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <liana/detail/rank.hpp>

namespace liana::transport {

/// What a back end is told of the job when it starts.
struct job_view {
  struct segment {
    std::byte* data = nullptr;  ///< where it is mapped in this process; null when its rank is on another host
    std::size_t bytes = 0;
  };

  /// What the user wants of a device. Empty: the back end chooses.
  struct device_wishes {
    std::optional<std::string> name;
    std::optional<int> port;
    std::optional<int> gid_index;
  };

  enum class severity { information, warning };

  rank_t rank = 0;
  std::vector<segment> segments;          ///< by rank
  std::function<bool(rank_t)> near_lost;  ///< whether a rank whose segment is mapped here is gone

  device_wishes wishes;

  /// How far each device, by name, is from where this process runs; less is nearer.
  std::function<std::vector<int>(const std::vector<std::string>&)> distances;

  /// A rank for messages: `rank 3 on node2`.
  std::function<std::string(rank_t)> describe;

  /// Tells the user something that is no failure of a call. Any thread may call it, and it throws nothing.
  std::function<void(severity, const std::string&)> say;
};

/// What a host has in devices that a back end could use: lines for people, and whether one of them would do.
struct device_report {
  std::vector<std::string> lines;
  bool usable = false;
};

}  // namespace liana::transport
