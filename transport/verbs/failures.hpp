#pragma once

#include <cstddef>
#include <string>

#include <infiniband/verbs.h>

/// What the user is told when a verb fails: the call with its arguments, the error number that it returned, and the
/// remedy where one is known.
namespace liana::transport::verbs {

/// Throws `unavailable`: "`operation` failed: text of `error` (number)`remedy`".
[[noreturn]] void give_up(const std::string& operation, int error, const std::string& remedy = {});

/// For a device that refused to register memory: measures the limit of locked memory and says what is needed.
[[nodiscard]] std::string registration_remedy(int error, std::size_t bytes);

/// The same from a limit that is known already; `unlimited` when there is none. Separate for tests.
[[nodiscard]] std::string registration_remedy(int error, std::size_t bytes, std::size_t limit, bool unlimited);

/// Why there is no RDMA device: told apart are a kernel without any and a missing user-space driver. `error`: what
/// ibv_get_device_list said, or 0.
[[nodiscard]] std::string no_device_text(int error);

}  // namespace liana::transport::verbs
