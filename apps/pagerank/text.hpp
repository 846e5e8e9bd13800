// What the readers of graphs need of ../text.hpp, by short names.
#pragma once

#include "../text.hpp"

namespace pagerank {

using apps::line_reader;
using apps::open_text;
using apps::output_of;
using apps::parse_number;
using apps::position;
using apps::quoted;
using apps::read_error;
using apps::trim;
using apps::words;

}  // namespace pagerank
