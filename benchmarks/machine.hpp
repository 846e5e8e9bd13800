#pragma once

#include <string>
#include <utility>
#include <vector>

namespace liana::benchmarks {

/// What figures depend on, by name: processor, cores, ranks, hosts and transport of Liana, load, commit, compiler, MPI.
/// What cannot be found is "unknown".
std::vector<std::pair<std::string, std::string>> machine_facts(int ranks);

/// Load averages of the last 1, 5 and 15 minutes, "0.12 0.34 0.56".
std::string load_average();

/// Adds an entry to the context of a report that Google Benchmark has written. Throws std::runtime_error when it
/// cannot.
void add_to_context(const std::string& report_file, const std::string& key, const std::string& value);

}  // namespace liana::benchmarks
