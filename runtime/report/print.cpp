#include <ostream>

#include <fmt/format.h>

#include <liana/detail/print.hpp>

namespace liana::detail {

std::string to_string(address at) {
  if (at.is_null()) {
    return "null";
  }
  return fmt::format("rank {} + {:#x} (block of {} B)", at.home(), at.offset(), at.block_bytes());
}

std::ostream& print(std::ostream& out, address at) { return out << to_string(at); }

}  // namespace liana::detail
