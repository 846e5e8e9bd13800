#pragma once

#include <string_view>
#include <vector>

#include "text.hpp"

namespace pagerank {

/// The names in the value of a Depends, Provides or similar field: "a (>= 1) | b:any, c [amd64] <!nocheck>" gives a, b,
/// c. A comma at the end is accepted, as dpkg does. Throws `read_error` at `where` if it is not such a list. The names
/// point into `list`.
[[nodiscard]] std::vector<std::string_view> relation_names(std::string_view list, const position& where);

}  // namespace pagerank
