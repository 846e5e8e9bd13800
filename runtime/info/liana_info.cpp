// liana-info: what the runtime sees of the machine and of the job, what it would choose, and why. Alone for this host,
// or under mpirun for all hosts of a job with the same options. Nothing is started beyond MPI.
//
// Exit status: 0 when a job would start as far as that can be told; 1 when a setting is wrong, contradicts the hosts,
// or asks for what there is not; 2 for a wrong call.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <liana/error.hpp>

#include "runtime/group/agreement.hpp"
#include "runtime/group/process_group.hpp"
#include "runtime/info/machine_report.hpp"
#include "runtime/job/job_settings.hpp"
#include "runtime/report/describe.hpp"
#include "runtime/report/log.hpp"
#include "runtime/state/runtime_state.hpp"
#include "transport/factory.hpp"

namespace {

using namespace liana::detail;
using liana::rank_t;

constexpr const char* usage =
    "liana-info            what Liana finds on this host, and every setting in force\n"
    "mpirun ... liana-info the same for each host of a job, and the transport that the job would take\n";

liana::transport::job_view job_of(const runtime_state& state) {
  using severity = liana::transport::job_view::severity;
  liana::transport::job_view job;
  job.rank = state.rank();
  job.wishes = {.name = state.settings.device, .port = state.settings.port, .gid_index = state.settings.gid_index};
  job.distances = [&state](const std::vector<std::string>& names) { return state.job.machine.device_distances(names); };
  job.say = [](severity kind, const std::string& text) {
    if (kind == severity::warning) {
      fmt::print(stderr, "liana-info: {}\n", text);
    }
  };
  return job;
}

/// Of the host of this rank, if it is the first one there; else empty.
std::string report_of_host(const runtime_state& state, const liana::transport::device_report& devices) {
  const process_group& group = group_of(state);
  const auto ranks = group.ranks_on(group.my_real_host());
  if (ranks.front() != group.rank()) {
    return {};
  }
  std::string text = fmt::format("host {}: {}\n", group.processor(), describe_ranks(ranks));
  text += describe_host(state.job.machine, state.settings, static_cast<int>(ranks.size()));
  for (const std::string& line : devices.lines) {
    text += "  " + line + "\n";
  }
  return text;
}

struct verdict {
  bool would_start = false;
  std::string text;
};

/// Collective. The transport that a job would take, or why it would not start; the same on all ranks.
verdict judge(runtime_state& state, bool device_usable) {
  try {
    agree_on_settings(state);
    const transport_decision decision = choose_transport(state);
    const int hosts = std::ranges::max(deal_hosts(state)) + 1;
    std::string text = fmt::format("{}: {}; {} host{}{}", decision.name, decision.reason, hosts, hosts == 1 ? "" : "s",
                                   state.settings.hosts.mode == hosts_mode::real ? "" : ", pretended (LIANA_HOSTS)");
    std::vector<rank_t> without;
    const auto usable = group_of(state).all_gather(static_cast<unsigned char>(device_usable));
    for (rank_t rank = 0; rank < group_of(state).size(); ++rank) {
      if (decision.name != "shm" && usable[static_cast<std::size_t>(rank)] == 0) {
        without.push_back(rank);
      }
    }
    if (!without.empty()) {
      text += fmt::format("; but {} would find no device to use, so a job would not start", describe_ranks(without));
    }
    return {.would_start = without.empty(), .text = std::move(text)};
  } catch (const liana::config_error& problem) {
    return {.would_start = false, .text = std::string("none; ") + problem.what()};
  }
}

int report(runtime_state& state) {
  const auto devices = liana::transport::describe_devices(job_of(state));
  const verdict transport = judge(state, devices.usable);
  const auto hosts = group_of(state).all_gather_texts(report_of_host(state, devices));
  if (state.rank() == 0) {
    for (const std::string& each : hosts) {
      fmt::print("{}{}", each, each.empty() ? "" : "\n");
    }
    fmt::print("settings of rank 0\n{}\n", describe_settings(state.settings));
    for (const std::string& warning : state.settings.warnings) {
      fmt::print("warning: {}\n", warning);
    }
    fmt::print("transport: {}\n", transport.text);
    std::fflush(stdout);
  }
  return transport.would_start ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(int argc, char** argv) {
  runtime_state state;
  std::optional<failure> failed;
  try {
    state.settings = configure({});
  } catch (const liana::error&) {
    failed = current_failure();
  }
  start_mpi(&argc, &argv);
  state.group = std::make_unique<process_group>(state, nullptr);
  agree(group_of(state), failed);
  state.hot.rank = group_of(state).rank();
  state.hot.size = group_of(state).size();
  return report(state);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const std::string_view option = argv[1];
    const bool help = option == "--help" || option == "-h";
    std::fputs(usage, help ? stdout : stderr);
    return help ? EXIT_SUCCESS : 2;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "liana-info: {}\n", problem.what());
    return EXIT_FAILURE;
  }
}
