#include "runtime/job/job_settings.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <liana/error.hpp>

#include "runtime/group/process_group.hpp"
#include "runtime/report/describe.hpp"
#include "runtime/settings/setting_parsers.hpp"
#include "transport/factory.hpp"

namespace liana::detail {
namespace {

/// The settings that concern all ranks.
struct common_settings {
  std::uint64_t validity_words;
  transport_choice transport;
  hosts_mode hosts;
  int host_count;
  int sharer_groups;
  stats_target stats;
};

std::string transport_text(const common_settings& of) {
  switch (of.transport) {
    case transport_choice::shm:
      return "shm";
    case transport_choice::verbs:
      return "verbs";
    default:
      return "auto";
  }
}

std::string hosts_text(const common_settings& of) {
  switch (of.hosts) {
    case hosts_mode::each:
      return "each";
    case hosts_mode::dealt:
      return std::to_string(of.host_count);
    default:
      return "real";
  }
}

std::string groups_text(const common_settings& of) {
  return of.sharer_groups == 0 ? "auto" : std::to_string(of.sharer_groups);
}

void require_equal(const std::vector<common_settings>& by_rank, setting id,
                   const std::function<std::string(const common_settings&)>& text_of) {
  std::vector<std::string> texts;
  std::ranges::transform(by_rank, std::back_inserter(texts), text_of);
  if (std::ranges::all_of(texts, [&](const std::string& each) { return each == texts.front(); })) {
    return;
  }
  const std::string_view variable = describe(id).variable;
  throw config_error(
      fmt::format("{} differs between ranks: {}; all ranks need the same value (mpirun -x {}=VALUE gives it to all)",
                  variable, describe_differences(texts, ": "), variable));
}

/// `ranks 0-3 on node1, ranks 4-7 on node2`
std::string describe_hosts(const process_group& group, const std::vector<std::string>& processors) {
  std::vector<std::string> parts;
  for (int host = 0; host <= std::ranges::max(group.real_hosts()); ++host) {
    const auto ranks = group.ranks_on(host);
    parts.push_back(
        fmt::format("{} on {}", describe_ranks(ranks), processors[static_cast<std::size_t>(ranks.front())]));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// The back ends of this build, for messages.
std::string built_in() {
  std::vector<std::string> names;
  for (const char* name : {"shm", "verbs"}) {
    if (transport::available(name)) {
      names.emplace_back(name);
    }
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

/// What is asked of an RDMA device that is not used; empty when nothing is.
std::string unused_wishes(const configuration& settings) {
  std::string unused;
  const std::array<std::pair<setting, bool>, 3> wishes{{{setting::device, settings.device.has_value()},
                                                        {setting::port, settings.port.has_value()},
                                                        {setting::gid_index, settings.gid_index.has_value()}}};
  for (const auto& [id, wished] : wishes) {
    if (wished) {
      unused += fmt::format(", so {} has no effect", as_written(id, settings));
    }
  }
  return unused;
}

transport_decision require_built_in(const std::string& name, const std::string& written, const std::string& reason) {
  if (!transport::available(name)) {
    throw config_error(
        fmt::format("{}: {}, which needs the transport {}, but this build of Liana has only {}; accepted: all ranks on "
                    "one host and auto or shm",
                    written, reason, name, built_in()));
  }
  return {.name = name, .reason = reason};
}

}  // namespace

void agree_on_settings(runtime_state& state) {
  configuration& mine = state.settings;
  const std::vector<common_settings> all = group_of(state).all_gather(common_settings{
      .validity_words = mine.validity_words,
      .transport = mine.transport,
      .hosts = mine.hosts.mode,
      .host_count = mine.hosts.count,
      .sharer_groups = mine.sharer_groups.value_or(0),
      .stats = mine.stats,
  });
  require_equal(all, setting::transport, transport_text);
  require_equal(all, setting::hosts, hosts_text);
  require_equal(all, setting::validity_words,
                [](const common_settings& of) { return std::to_string(of.validity_words); });
  require_equal(all, setting::sharer_groups, groups_text);
  mine.stats = all.front().stats;
}

std::vector<int> deal_hosts(const runtime_state& state) {
  const std::vector<int>& real = group_of(state).real_hosts();
  const hosts_choice& choice = state.settings.hosts;
  if (choice.mode == hosts_mode::real) {
    return real;
  }
  std::vector<int> hosts(real.size());
  std::iota(hosts.begin(), hosts.end(), 0);
  if (choice.mode == hosts_mode::each) {
    return hosts;
  }
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    hosts[rank] %= choice.count;
    const auto first = static_cast<std::size_t>(hosts[rank]);  // the first rank dealt to this host
    if (real[rank] != real[first]) {
      throw config_error(
          fmt::format("{} puts ranks {} and {}, which do not share a real host, on one pretended host; accepted: real, "
                      "each, or a number with which each pretended host has ranks of one real host only",
                      as_written(setting::hosts, state.settings), first, rank));
    }
  }
  return hosts;
}

transport_decision choose_transport(runtime_state& state) {
  process_group& group = group_of(state);
  state.job.processors = group.all_gather_texts(group.processor());
  const std::string written = as_written(setting::transport, state.settings);
  const bool one_host = std::ranges::max(group.real_hosts()) == 0;
  const std::string where = one_host && group.size() > 1
                                ? fmt::format("all {} ranks share host {}", group.size(), group.processor())
                                : describe_hosts(group, state.job.processors);
  switch (state.settings.transport) {
    case transport_choice::verbs:
      return require_built_in("verbs", written, "RDMA is asked for");
    case transport_choice::shm:
      if (!one_host) {
        throw config_error(
            fmt::format("{} does not fit where the ranks are, {}: shared memory works within one host; accepted: auto "
                        "or verbs, or a job on one host",
                        written, where));
      }
      return require_built_in("shm", written, "shared memory is asked for");
    default:
      return one_host ? require_built_in("shm", written, where + unused_wishes(state.settings))
                      : require_built_in("verbs", written, "the ranks are on several hosts, " + where);
  }
}

}  // namespace liana::detail
