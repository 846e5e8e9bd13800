// The ranks of a simulated job as the runtime knows them: the interface of runtime/group/process_group.hpp without MPI.

#include "runtime/group/process_group.hpp"

#include <cstring>

#include <liana/detail/address.hpp>
#include <liana/error.hpp>

#include "runtime/state/runtime_state.hpp"
#include "runtime/state/wait.hpp"
#include "tests/sim/job.hpp"

namespace liana_tests::sim {

job*& job::current() {
  static job* instance = nullptr;
  return instance;
}

}  // namespace liana_tests::sim

namespace liana::detail {

using liana_tests::sim::job;

void start_mpi(int* /*argc*/, char*** /*argv*/) {}
bool mpi_has_started() { return true; }
bool mpi_has_ended() { return false; }
void leave_mpi() noexcept {}
// The interface is that of the real one. NOLINTNEXTLINE(readability-convert-member-functions-to-static)
bool process_group::has_ranks_of(const void* /*communicator*/) const { return true; }

/// How many exchanges this rank has begun.
struct process_group::handle {
  std::uint64_t calls = 0;
};
struct process_group::exchange_memory {};

process_group::process_group(runtime_state& state, const void* /*communicator*/)
    : state_(state),
      comm_(std::make_unique<handle>()),
      rank_(job::current()->rank()),
      size_(static_cast<rank_t>(job::current()->real_hosts.size())),
      processor_("host" + std::to_string(job::current()->real_hosts[static_cast<std::size_t>(rank_)])),
      real_hosts_(job::current()->real_hosts) {}

process_group::~process_group() = default;

std::vector<std::string> process_group::all_gather_texts(const std::string& mine) {
  job& all = *job::current();
  const std::uint64_t call = comm_->calls++;
  auto& sent = all.sent[call % 2];
  auto& arrived = all.arrived[call % 2];
  const auto* const first = reinterpret_cast<const std::byte*>(mine.data());
  sent[static_cast<std::size_t>(rank_)].assign(first, first + mine.size());
  const std::uint64_t awaited = (call / 2 + 1) * static_cast<std::uint64_t>(size_);
  arrived.fetch_add(1);
  waiter wait(state_, "an exchange between simulated ranks", address());
  while (arrived.load() < awaited) {
    wait.step(nobody);
  }
  std::vector<std::string> texts;
  for (const auto& each : sent) {
    texts.emplace_back(reinterpret_cast<const char*>(each.data()), each.size());
  }
  return texts;
}

void process_group::all_gather(const void* mine, std::size_t bytes, void* all) {
  const auto texts = all_gather_texts({static_cast<const char*>(mine), bytes});
  for (std::size_t rank = 0; rank < texts.size(); ++rank) {
    std::memcpy(static_cast<std::byte*>(all) + rank * bytes, texts[rank].data(), bytes);
  }
}

std::vector<std::string> process_group::all_to_all(const std::vector<std::string>& for_rank) {
  std::string joined;
  for (const std::string& each : for_rank) {
    joined += each;
  }
  const auto texts = all_gather_texts(joined);
  std::vector<std::string> mine;
  for (const std::string& each : texts) {
    const std::size_t length = each.size() / texts.size();
    mine.push_back(each.substr(static_cast<std::size_t>(rank_) * length, length));
  }
  return mine;
}

void process_group::broadcast(void* bytes, std::size_t count, rank_t root) {
  const auto texts = all_gather_texts({static_cast<const char*>(bytes), count});
  std::memcpy(bytes, texts[static_cast<std::size_t>(root)].data(), count);
}

void process_group::barrier() { static_cast<void>(all_gather_texts("")); }

}  // namespace liana::detail
