// Counts what the program allocates by `new`, in programs that are linked with counted_heap.cpp.
#pragma once

#include <cstdint>

namespace liana_tests::growth {

/// Bytes asked for and not given back, by all threads.
std::int64_t live_bytes();

}  // namespace liana_tests::growth
