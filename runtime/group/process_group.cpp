#include "runtime/group/process_group.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <mpi.h>

#include <liana/error.hpp>

#include "runtime/report/log.hpp"
#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"

namespace liana::detail {
namespace {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) {
    return;
  }
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  throw error(fmt::format("{} failed: {}", call, text.data()));
}

/// The process that has initialised MPI and has to finalize it, as far as it is in step with the others; else 0.
std::atomic<pid_t> finalizes{0};

void finalize_at_exit() {
  if (finalizes.load() == ::getpid() && !mpi_has_ended()) {
    MPI_Finalize();
  }
}

void refuse_after_end(const char* operation) {
  if (mpi_has_ended()) {
    throw usage_error(fmt::format(
        "{}: MPI was finalized already; the runtime has to start after MPI_Init and end before MPI_Finalize",
        operation));
  }
}

int as_count(std::size_t bytes) {
  if (bytes > INT_MAX) {
    throw usage_error(
        fmt::format("exchange of {} bytes between all ranks: MPI can exchange at most {} at once", bytes, INT_MAX));
  }
  return static_cast<int>(bytes);
}

MPI_Comm communicator_at(const void* communicator) {
  return communicator == nullptr ? MPI_COMM_WORLD : *static_cast<const MPI_Comm*>(communicator);
}

void wait_for(runtime_state& state, MPI_Request& request, const char* call,
              const char* operation = "an exchange over MPI", awaited_role role = {}) {
  waiter wait(state, operation, address(), role);
  try {
    for (int done = 0;;) {
      check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), call);
      if (done != 0) {
        return;
      }
      wait.step(nobody);
    }
  } catch (const error&) {
    leave_mpi();
    throw;
  }
}

}  // namespace

void leave_mpi() noexcept { finalizes.store(0); }

bool mpi_has_started() {
  int initialized = 0;
  MPI_Initialized(&initialized);
  return initialized != 0;
}

bool mpi_has_ended() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  return finalized != 0;
}

void start_mpi(int* argc, char*** argv) {
  refuse_after_end("start of the runtime");
  if (mpi_has_started()) {
    return;
  }
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided), "MPI_Init_thread");
  finalizes.store(::getpid());
  // Not at the end of the runtime, because MPI cannot be initialised again for the next one.
  if (std::atexit(finalize_at_exit) != 0) {
    log::warn("MPI will not be finalized when the program exits: no room for a further function in atexit");
  }
  if (provided < MPI_THREAD_SERIALIZED) {
    log::warn("MPI provides only thread level {}: only the thread that started the runtime may make collective calls",
              provided);
  }
}

struct process_group::handle {
  MPI_Comm comm = MPI_COMM_NULL;
};

/// What MPI reads and writes while an exchange is under way. Where that is given up it still belongs to MPI, which has
/// no way to end a collective operation, so it stays for good, in `kept`.
struct process_group::exchange_memory {
  std::vector<std::byte> sent;
  std::vector<std::byte> received;
  std::vector<int> counts;
  std::vector<int> displacements;

  static std::unique_ptr<exchange_memory> sending(const void* bytes, std::size_t count) {
    auto memory = std::make_unique<exchange_memory>();
    const auto* const first = static_cast<const std::byte*>(bytes);
    memory->sent.assign(first, first + count);
    return memory;
  }
  static void keep(std::unique_ptr<exchange_memory> memory) {
    static auto& kept = *std::make_unique<std::vector<std::unique_ptr<exchange_memory>>>().release();
    kept.push_back(std::move(memory));
  }
};

process_group::process_group(runtime_state& state, const void* communicator)
    : state_(state), comm_(std::make_unique<handle>()) {
  const MPI_Comm over = communicator_at(communicator);
  if (over == MPI_COMM_NULL) {
    throw usage_error("start of the runtime: the communicator is MPI_COMM_NULL");
  }
  int between_groups = 0;
  check(MPI_Comm_test_inter(over, &between_groups), "MPI_Comm_test_inter");
  if (between_groups != 0) {
    throw usage_error(
        "start of the runtime: the communicator is an intercommunicator; MPI_Intercomm_merge makes one that can be "
        "used");
  }
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Comm_idup(over, &comm_->comm, &request), "MPI_Comm_idup");
  try {
    // The first thing that needs all of them, some of which may never come.
    wait_for(state_, request, "MPI_Comm_idup", "start of the runtime",
             {.others = "the other ranks, each of which has to construct a liana::runtime"});
  } catch (const error&) {
    static_cast<void>(comm_.release());  // MPI will still write the new communicator there
    throw;
  }
  check(MPI_Comm_set_errhandler(comm_->comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(comm_->comm, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(comm_->comm, &size_), "MPI_Comm_size");
  std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
  int length = 0;
  check(MPI_Get_processor_name(name.data(), &length), "MPI_Get_processor_name");
  processor_.assign(name.data(), static_cast<std::size_t>(length));
  find_real_hosts();
}

bool process_group::has_ranks_of(const void* communicator) const {
  refuse_after_end("start of the runtime");
  const MPI_Comm over = communicator_at(communicator);
  int result = MPI_UNEQUAL;
  if (over != MPI_COMM_NULL) {
    check(MPI_Comm_compare(over, comm_->comm, &result), "MPI_Comm_compare");
  }
  return result == MPI_IDENT || result == MPI_CONGRUENT;
}

process_group::~process_group() {
  if (!abandoned_ && !mpi_has_ended() && comm_->comm != MPI_COMM_NULL) {
    MPI_Comm_free(&comm_->comm);
  }
}

void process_group::find_real_hosts() {
  MPI_Comm host = MPI_COMM_NULL;
  check(MPI_Comm_split_type(comm_->comm, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &host), "MPI_Comm_split_type");
  rank_t first = rank_;  // of the host, whose ranks are in the order of the job's
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Ibcast(&first, 1, MPI_INT, 0, host, &request), "MPI_Ibcast");
  wait_for(state_, request, "MPI_Ibcast");
  MPI_Comm_free(&host);
  const std::vector<rank_t> firsts = all_gather(first);
  std::vector<rank_t> hosts(firsts);
  std::ranges::sort(hosts);
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  real_hosts_.reserve(firsts.size());
  for (const rank_t each : firsts) {
    real_hosts_.push_back(static_cast<int>(std::ranges::lower_bound(hosts, each) - hosts.begin()));
  }
}

template <class Post>
auto process_group::exchange(std::unique_ptr<exchange_memory> memory, const char* call, Post post)
    -> std::unique_ptr<exchange_memory> {
  refuse_after_end(call);
  MPI_Request request = MPI_REQUEST_NULL;
  try {
    check(post(*memory, &request), call);
    wait_for(state_, request, call);
  } catch (const error&) {
    abandon();
    exchange_memory::keep(std::move(memory));
    throw;
  }
  return memory;
}

void process_group::all_gather(const void* mine, std::size_t bytes, void* all) {
  const int count = as_count(bytes);
  auto memory = exchange_memory::sending(mine, bytes);
  memory->received.resize(bytes * static_cast<std::size_t>(size_));
  memory = exchange(std::move(memory), "MPI_Iallgather", [&](exchange_memory& with, MPI_Request* request) {
    return MPI_Iallgather(with.sent.data(), count, MPI_BYTE, with.received.data(), count, MPI_BYTE, comm_->comm,
                          request);
  });
  std::memcpy(all, memory->received.data(), memory->received.size());
}

std::vector<std::string> process_group::all_gather_texts(const std::string& mine) {
  auto memory = exchange_memory::sending(mine.data(), mine.size());
  memory->counts = all_gather(as_count(mine.size()));
  memory->displacements.resize(memory->counts.size());
  std::size_t total = 0;
  for (std::size_t i = 0; i < memory->counts.size(); ++i) {
    memory->displacements[i] = as_count(total);
    total += static_cast<std::size_t>(memory->counts[i]);
  }
  memory->received.resize(total);
  memory = exchange(std::move(memory), "MPI_Iallgatherv", [&](exchange_memory& with, MPI_Request* request) {
    return MPI_Iallgatherv(with.sent.data(), static_cast<int>(with.sent.size()), MPI_BYTE, with.received.data(),
                           with.counts.data(), with.displacements.data(), MPI_BYTE, comm_->comm, request);
  });
  std::vector<std::string> texts;
  texts.reserve(memory->counts.size());
  const auto* const first = reinterpret_cast<const char*>(memory->received.data());
  for (std::size_t i = 0; i < memory->counts.size(); ++i) {
    texts.emplace_back(first + memory->displacements[i], static_cast<std::size_t>(memory->counts[i]));
  }
  return texts;
}

std::vector<std::string> process_group::all_to_all(const std::vector<std::string>& for_rank) {
  const std::size_t length = for_rank.front().size();
  const int count = as_count(length);
  const std::string all = std::accumulate(for_rank.begin(), for_rank.end(), std::string());
  auto memory = exchange_memory::sending(all.data(), all.size());
  memory->received.resize(all.size());
  memory = exchange(std::move(memory), "MPI_Ialltoall", [&](exchange_memory& with, MPI_Request* request) {
    return MPI_Ialltoall(with.sent.data(), count, MPI_BYTE, with.received.data(), count, MPI_BYTE, comm_->comm,
                         request);
  });
  std::vector<std::string> texts;
  texts.reserve(for_rank.size());
  const auto* const first = reinterpret_cast<const char*>(memory->received.data());
  for (std::size_t rank = 0; rank < for_rank.size(); ++rank) {
    texts.emplace_back(first + rank * length, length);
  }
  return texts;
}

void process_group::broadcast(void* bytes, std::size_t count, rank_t root) {
  const int size = as_count(count);
  const auto memory =
      exchange(exchange_memory::sending(bytes, count), "MPI_Ibcast", [&](exchange_memory& with, MPI_Request* request) {
        return MPI_Ibcast(with.sent.data(), size, MPI_BYTE, root, comm_->comm, request);
      });
  std::memcpy(bytes, memory->sent.data(), count);
}

void process_group::barrier() {
  exchange(std::make_unique<exchange_memory>(), "MPI_Ibarrier",
           [&](exchange_memory& /*with*/, MPI_Request* request) { return MPI_Ibarrier(comm_->comm, request); });
}

}  // namespace liana::detail
