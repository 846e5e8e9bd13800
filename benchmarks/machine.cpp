#include "benchmarks/machine.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <mpi.h>
#include <nlohmann/json.hpp>

namespace liana::benchmarks {

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

/// Of the tree that the program was built from, as it is now.
std::string commit() {
  const auto command = fmt::format("git -C '{}' describe --always --dirty --abbrev=12 2>/dev/null", LIANA_SOURCE_DIR);
  std::string text;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::array<char, 128> line{};
  if (pipe != nullptr && std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
    text = line.data();
  }
  text.erase(text.find_last_not_of('\n') + 1);
  return text.empty() ? "unknown" : text;
}

std::string compiler() {
#ifdef __clang__
  return __VERSION__;
#else
  return std::string("GCC ") + __VERSION__;
#endif
}

std::string mpi() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> version{};
  int length = 0;
  MPI_Get_library_version(version.data(), &length);
  const std::string text(version.data());
  return text.substr(0, text.find(','));
}

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

}  // namespace

std::string load_average() {
  std::array<double, 3> load{};
  if (getloadavg(load.data(), 3) != 3) {
    return "unknown";
  }
  return fmt::format("{:.2f} {:.2f} {:.2f}", load[0], load[1], load[2]);
}

std::vector<std::pair<std::string, std::string>> machine_facts(int ranks) {
  return {{"processor", processor()},
          {"cores", std::to_string(std::thread::hardware_concurrency())},
          {"ranks", std::to_string(ranks)},
          {"hosts", variable("LIANA_HOSTS", "real")},
          {"transport", variable("LIANA_TRANSPORT", "auto")},
          {"commit", commit()},
          {"compiler", compiler()},
          {"mpi", mpi()},
          {"load_before", load_average()}};
}

void add_to_context(const std::string& report_file, const std::string& key, const std::string& value) {
  nlohmann::json report;
  {
    std::ifstream in(report_file);
    report = nlohmann::json::parse(in, nullptr, false);
  }
  if (report.is_discarded() || !report.contains("context")) {
    throw std::runtime_error(fmt::format(
        "{} is no report in JSON, so {} cannot be added to it: give --benchmark_out_format=json", report_file, key));
  }
  report["context"][key] = value;
  std::ofstream out(report_file);
  out << report.dump(1) << '\n';
  if (!out.flush()) {
    throw std::runtime_error(fmt::format("{}: cannot be written", report_file));
  }
}

}  // namespace liana::benchmarks
