#pragma once

#include <iosfwd>
#include <string>

#include <liana/detail/address.hpp>

namespace liana::detail {

/// `rank 3 + 0x1040 (block of 4096 B)`, or `null`.
[[nodiscard]] std::string to_string(address at);

std::ostream& print(std::ostream& out, address at);

}  // namespace liana::detail
