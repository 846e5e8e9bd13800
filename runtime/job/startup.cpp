#include "runtime/job/startup.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <liana/error.hpp>
#include <liana/runtime.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/coherence/protocol.hpp"
#include "runtime/group/agreement.hpp"
#include "runtime/group/meeting.hpp"
#include "runtime/group/process_group.hpp"
#include "runtime/job/job_settings.hpp"
#include "runtime/job/process_end.hpp"
#include "runtime/job/segments.hpp"
#include "runtime/job/statistics.hpp"
#include "runtime/objects/objects.hpp"
#include "runtime/report/log.hpp"
#include "transport/factory.hpp"

namespace liana::detail {
namespace {

constexpr int most_ranks = 65536;  // a global address has 16 bits for the home

/// How long a rank stays whose runtime ends out of step: the others look for lost ranks every 50 ms and have to find
/// the one that is, not this one.
constexpr std::chrono::milliseconds farewell{200};

/// How long the last exchange waits for a rank that is gone: an exchange that all ranks have reached ends soon by
/// itself, even if some have ended since; one that a rank will never reach does not end.
constexpr std::chrono::milliseconds forgiveness{5000};

/// Reads the settings. The failure, if any, is not thrown yet: the other ranks may have to hear of it.
std::optional<failure> configure_state(runtime_state& state, const options& in_code) {
  try {
    state.settings = configure(in_code);
    return std::nullopt;
  } catch (const error&) {
    return current_failure();
  }
}

/// Joins the ranks, or throws on all of them what one has failed by.
void join_ranks(runtime_state& state, mpi_view mpi, const std::optional<failure>& failed) {
  if (failed.has_value() && !mpi_has_started()) {
    throw_failure(failed->what, failed->text);
  }
  start_mpi(mpi.argc, mpi.argv);
  state.group = std::make_unique<process_group>(state, mpi.communicator);
  agree(group_of(state), failed);
  if (group_of(state).size() > most_ranks) {
    throw usage_error(fmt::format("start of the runtime: {} ranks; global addresses have room for {}",
                                  group_of(state).size(), most_ranks));
  }
  state.hot.rank = group_of(state).rank();
  state.hot.size = group_of(state).size();
  log::start(state.settings.log, state.rank());
}

/// Whether the ranks of this real host outnumber the processing units that they may all use.
bool find_oversubscription(runtime_state& state) {
  const auto mine = state.job.machine.processing_unit_mask();
  process_group& group = group_of(state);
  const auto masks = group.all_gather_texts({reinterpret_cast<const char*>(mine.data()), mine.size_bytes()});
  const auto ranks = group.ranks_on(group.my_real_host());
  std::vector<std::uint64_t> united(mine.size());
  for (const rank_t rank : ranks) {
    const std::string& mask = masks[static_cast<std::size_t>(rank)];
    std::vector<std::uint64_t> words(mask.size() / sizeof(std::uint64_t));
    std::memcpy(words.data(), mask.data(), words.size() * sizeof(std::uint64_t));
    for (std::size_t i = 0; i < std::min(words.size(), united.size()); ++i) {
      united[i] |= words[i];
    }
  }
  const auto ranks_here = static_cast<int>(ranks.size());
  const bool oversubscribed = state.job.machine.oversubscribed(ranks_here, united);
  log::debug("{} ranks on {} processing units of this host: waits {}", ranks_here,
             state.job.machine.host_processing_units(), oversubscribed ? "yield at once" : "spin first");
  return oversubscribed;
}

/// What the transport is told of the job. Refers to `state`.
transport::job_view describe_job(runtime_state& state) {
  transport::job_view job;
  job.rank = state.rank();
  job.wishes = {.name = state.settings.device, .port = state.settings.port, .gid_index = state.settings.gid_index};
  job.segments.reserve(static_cast<std::size_t>(state.size()));
  for (rank_t rank = 0; rank < state.size(); ++rank) {
    job.segments.push_back({.data = state.mapped(rank).data(), .bytes = state.layout_of(rank).bytes});
  }
  job.near_lost = [&state](rank_t rank) {
    return rank != state.rank() && state.memory.attached[static_cast<std::size_t>(rank)].owner_gone();
  };
  job.distances = [&state](const std::vector<std::string>& names) { return state.job.machine.device_distances(names); };
  job.describe = [&state](rank_t rank) { return state.describe(rank); };
  job.say = [](transport::job_view::severity severity, const std::string& text) {
    if (severity == transport::job_view::severity::warning) {
      log::warn("{}", text);
    } else {
      log::info("{}", text);
    }
  };
  return job;
}

/// What this rank has in its own segment.
void divide_segment(runtime_state& state) {
  const segment_layout& layout = state.layout_of(state.rank());
  std::byte* const data = state.memory.segment.data();
  state.buffers.emplace(std::span(reinterpret_cast<operation_buffer*>(data + layout.operation_buffers),
                                  segment_layout::operation_buffers_bytes / sizeof(operation_buffer)));
  const transport::shared_segment& segment = state.memory.segment;
  state.replicas.emplace(std::span(data + layout.cache, layout.cache_bytes),
                         [&segment](std::byte* first, std::size_t bytes) {
                           commit_memory(segment, static_cast<std::size_t>(first - segment.data()), bytes, "replicas");
                         });
  state.begun = std::make_unique<protocol>();
  begin_objects(state);
}

/// Collective. Segments, the transport, and what this rank has in its own segment. Each step is agreed on, so that no
/// rank waits in an exchange for one that has failed before it; and the transport is nobody's to use before all have
/// connected, because a rank that has not would be taken for one that is gone.
void build_memory(runtime_state& state, const std::string& transport_name) {
  process_group& group = group_of(state);
  const bool all_mapped = transport_name == "shm";
  const std::string job = name_job(state);
  together(group, [&] { create_segment(state, job, !all_mapped); });
  std::unique_ptr<transport::transport> wire;
  std::vector<std::string> addresses;
  together(group, [&] {
    attach_segments(state, job, all_mapped);
    wire = transport::make_transport(transport_name, describe_job(state));
    addresses = wire->addresses();
  });
  state.memory.segment
      .unlink();  // all have it mapped; from here on nothing is left in /dev/shm, even if ranks are killed
  if (!addresses.empty()) {
    addresses = group.all_to_all(addresses);
  }
  together(group, [&] {
    wire->connect(addresses);
    divide_segment(state);
  });
  state.wire = std::move(wire);
}

void fill_hot_context(runtime_state& state) {
  context& hot = state.hot;
  const rank_t leader = state.hosts->leader(state.hosts->my_host());
  hot.word_ranks = state.hosts->hosts() == 1 ? hot.size : 0;
  hot.homes = state.memory.homes.data();
  hot.validity =
      reinterpret_cast<std::atomic<std::uint64_t>*>(state.mapped(leader).data() + state.layout_of(leader).validity);
  hot.validity_mask = state.settings.validity_words - 1;
  state.replicas->describe(hot);
  hot.state = &state;
}

/// Everything from the joined ranks to a runtime that can be used.
void build(runtime_state& state) {
  if (state.rank() == 0) {
    for (const std::string& warning : state.settings.warnings) {
      log::warn("{}", warning);
    }
  }
  agree_on_settings(state);
  const transport_decision decision = choose_transport(state);
  state.hosts.emplace(deal_hosts(state), state.rank(), state.settings.sharer_groups);
  if (state.rank() == 0) {
    log::info("transport {}: {}; hosts: {}{}", decision.name, decision.reason, state.hosts->hosts(),
              state.settings.hosts.mode == hosts_mode::real ? "" : ", pretended (LIANA_HOSTS)");
  }
  state.job.oversubscribed = find_oversubscription(state);
  lay_out_segments(state, decision.name == "verbs");
  build_memory(state, decision.name);
  fill_hot_context(state);
}

/// Completes and meets, so that nobody still reaches into a segment that goes. False when the ranks are out of step.
bool meet_at_the_end(runtime_state& state, bool unwinding) noexcept {
  if (state.collective.broken) {
    return false;
  }
  try {
    if (mpi_has_ended()) {
      throw usage_error("MPI was finalized before the runtime ended; let the runtime end before MPI_Finalize");
    }
    complete_outstanding(state);
    meet(state, unwinding ? "the end of the runtime, while an exception was thrown" : "the end of the runtime");
    report_statistics(state);
    return true;
  } catch (const std::exception& problem) {
    log::error("end of the runtime: {}", problem.what());
    return false;
  }
}

/// The others may be waiting in the last rounds of what was exchanged at the end, and would take a segment or a
/// connection that is gone for a rank that is gone. So all stay until all have got so far; some will have ended when
/// others look. False when that failed.
bool wait_for_the_last(runtime_state& state) noexcept {
  try {
    state.job.forgiveness = forgiveness;
    group_of(state).barrier();
    return true;
  } catch (const std::exception& problem) {
    log::error("end of the runtime: {}", problem.what());
    return false;
  }
}

/// Releases that nobody waited for, which a runtime that ends out of step has, end with the transport: it goes first,
/// so that it reports none to a completion that is gone.
void end_transport(std::unique_ptr<transport::transport> wire, runtime_state& state) {
  wire.reset();
  state.begun.reset();
}

}  // namespace

std::unique_ptr<runtime_state> start_runtime(const options& in_code, mpi_view mpi) {
  auto state = std::make_unique<runtime_state>();
  join_ranks(*state, mpi, configure_state(*state, in_code));
  try {
    build(*state);
  } catch (const std::exception&) {
    log::stop();
    throw;
  }
  begin_statistics(*state);
  current = &state->hot;
  return state;
}

void end_runtime(std::unique_ptr<runtime_state> state, bool unwinding) noexcept {
  bool in_step = meet_at_the_end(*state, unwinding);
  if (!in_step && state->size() > 1) {
    std::this_thread::sleep_for(farewell + state->wire->time_to_notice());
  }
  current = &no_context;
  protocol_of(*state).give_up_all();
  in_step = in_step && wait_for_the_last(*state);
  if (!in_step) {
    group_of(*state).abandon();
  }
  end_transport(std::move(state->wire), *state);
  state.reset();
  log::stop();
}

void take_leave(runtime_state& state) noexcept {
  if (!meet_at_the_end(state, false) || !wait_for_the_last(state)) {
    leave_mpi();
  }
  state.job.exited = true;
}

namespace {

/// The runtime of this process for one more object liana::runtime: the one that is running, or a new one.
runtime_state* share_runtime(const options& with, mpi_view mpi) {
  runtime_state* const running = current->state;
  if (running == nullptr) {
    auto started = start_runtime(with, mpi);
    watch_process(*started);
    return started.release();
  }
  if (!group_of(*running).has_ranks_of(mpi.communicator)) {
    throw usage_error(
        "start of the runtime: this process has one already, over other ranks, and can have only one at a time; end it "
        "first, or construct this one over the same ranks, with which it shares the first one");
  }
  require_agreement(running->settings, with);
  running->constructed.fetch_add(1);
  return running;
}

/// Does nothing where the runtime has ended before, since the process exits, or is the one of a process that this one
/// was forked by.
void leave_runtime(runtime_state* state, bool unwinding) noexcept {
  if (current->state == state && !state->job.exited && state->constructed.fetch_sub(1) == 1) {
    end_runtime(std::unique_ptr<runtime_state>(state), unwinding);
  }
}

}  // namespace
}  // namespace liana::detail

namespace liana {

runtime::runtime(int argc, char** argv, const options& with)
    : state_(detail::share_runtime(with, {.argc = &argc, .argv = &argv})), exceptions_(std::uncaught_exceptions()) {}

runtime::runtime(const options& with)
    : state_(detail::share_runtime(with, {})), exceptions_(std::uncaught_exceptions()) {}

runtime::runtime(const void* communicator, const options& with)
    : state_(detail::share_runtime(with, {.communicator = communicator})), exceptions_(std::uncaught_exceptions()) {}

runtime::~runtime() { detail::leave_runtime(state_, std::uncaught_exceptions() > exceptions_); }

}  // namespace liana
