#pragma once

#include <span>
#include <string>

#include <liana/detail/rank.hpp>

/// Texts for messages. That of an address, which public headers print too, is in liana/detail/print.hpp.
namespace liana::detail {

/// Ranks in ascending order, for messages: `rank 2`, `ranks 0-3`, `ranks 0, 2-5, 9`.
std::string describe_ranks(std::span<const rank_t> ranks);

/// What each rank says, by rank, with equal texts told once: with `says` " called ", `rank 0 called a; ranks 1-3 called
/// b`, in the order of the first rank that says it. Ranks with an empty text say nothing.
std::string describe_differences(std::span<const std::string> by_rank, const char* says);

}  // namespace liana::detail
