#pragma once

#include <span>
#include <string>

#include "body.hpp"

namespace nbody {

/// Draws the bodies, seen along the third axis, as dots. Throws std::runtime_error when the file cannot be written.
void write_picture(const std::string& file, std::span<const point> bodies);

}  // namespace nbody
