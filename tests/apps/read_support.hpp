// What the tests of the readers share.
#pragma once

#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "apps/pagerank/graph.hpp"
#include "apps/pagerank/readers.hpp"

namespace pagerank::test {

/// Edges by the names of their ends.
using edges_of = std::set<std::pair<std::string, std::string>>;

inline edges_of described(const graph& of) {
  edges_of result;
  for (const edge& each : of.edges) {
    const bool added = result.emplace(of.name(each.from), of.name(each.to)).second;
    EXPECT_TRUE(added) << "twice: " << of.name(each.from) << " -> " << of.name(each.to);
  }
  return result;
}

/// Expects a `read_error` with exactly this text.
template <class Read>
void expect_refusal(Read read, const std::string& message) {
  try {
    const graph result = read();
    ADD_FAILURE() << "accepted, with " << result.edges.size() << " edges; expected: " << message;
  } catch (const read_error& error) {
    EXPECT_EQ(error.what(), message);
  }
}

}  // namespace pagerank::test
