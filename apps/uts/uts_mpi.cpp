// The same program in plain MPI, to compare with: the same searches, but ranks that have no nodes ask others by
// messages.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <mpi.h>

#include "../common/program_mpi.hpp"
#include "run.hpp"
#include "tree.hpp"

namespace uts {

namespace {

/// Work stealing as in the reference's mpi_workstealing.c, but half of what there is: J. Dinan, S. Olivier, G. Sabin,
/// J. Prins, P. Sadayappan and C.-W. Tseng, "Dynamic Load Balancing of Unbalanced Computations Using Message Passing",
/// IPDPS 2007.
///
/// A rank that has work looks for requests every so many nodes, and answers by the older half of its nodes, or by none.
/// That there is no work any more a token finds out that goes round the ranks (E. W. Dijkstra, W. H. J. Feijen and
/// A. J. M. van Gasteren, "Derivation of a termination detection algorithm for distributed computations", 1983): a rank
/// hands it on when it has no work and waits for none, and blackens it when it has given work away since.
class message_work {
 public:
  struct counts_type {
    std::uint64_t steals = 0;
    std::uint64_t stolen = 0;
  };

  /// Collective.
  message_work();
  message_work(const message_work&) = delete;
  message_work& operator=(const message_work&) = delete;
  ~message_work();

  void push(const node& which) { nodes_.push_back(which); }

  /// The node pushed last, or one of another rank. Empty when no rank has any; then collective.
  std::optional<node> pop() {
    if (--until_look_ == 0) answer();
    if (first_ == nodes_.size() && !find_work()) return std::nullopt;
    const node last = nodes_.back();
    nodes_.pop_back();
    return last;
  }

  [[nodiscard]] const counts_type& counts() const { return counts_; }

 private:
  enum class token : int { white, black, no_work };

  /// Nodes between two looks for requests, some microseconds; a look costs as much as half a node.
  static constexpr std::uint32_t between_looks = 64;
  static constexpr std::size_t most_given = 1024;

  void answer();
  void give_to(int thief);
  bool find_work();
  std::size_t ask(int victim);
  bool hand_on_token();
  void send_token(token value);
  void end_together();

  int rank_ = 0;
  int ranks_ = 1;
  std::vector<node> nodes_;  ///< from first_ on
  std::size_t first_ = 0;
  std::uint32_t until_look_ = between_looks;
  counts_type counts_;

  std::vector<node> given_ = std::vector<node>(most_given);
  std::vector<node> received_ = std::vector<node>(most_given);
  token token_received_ = token::white;
  token token_sent_ = token::white;
  MPI_Request request_ = MPI_REQUEST_NULL;        ///< from any rank; persistent
  MPI_Request token_arrives_ = MPI_REQUEST_NULL;  ///< from the rank before; persistent
  MPI_Request giving_ = MPI_REQUEST_NULL;
  MPI_Request token_leaves_ = MPI_REQUEST_NULL;
  bool blackened_ = false;   ///< has given work away since it had the token last
  bool first_round_ = true;  ///< rank 0: has not sent the token yet
  std::uint64_t random_ = 0;
};

enum tags : int { request_tag, work_tag, token_tag };

bool done(MPI_Request& request, MPI_Status* status = MPI_STATUS_IGNORE) {
  int flag = 0;
  MPI_Test(&request, &flag, status);
  return flag != 0;
}

int bytes_of(std::size_t nodes) { return static_cast<int>(nodes * sizeof(node)); }

message_work::message_work() {
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks_);
  random_ = static_cast<std::uint64_t>(rank_) + 1;
  MPI_Recv_init(nullptr, 0, MPI_BYTE, MPI_ANY_SOURCE, request_tag, MPI_COMM_WORLD, &request_);
  MPI_Start(&request_);
  MPI_Recv_init(&token_received_, 1, MPI_INT, (rank_ + 1) % ranks_, token_tag, MPI_COMM_WORLD, &token_arrives_);
  MPI_Start(&token_arrives_);
}

message_work::~message_work() {
  MPI_Wait(&giving_, MPI_STATUS_IGNORE);
  MPI_Wait(&token_leaves_, MPI_STATUS_IGNORE);
  for (MPI_Request* const each : {&request_, &token_arrives_}) {
    MPI_Cancel(each);
    MPI_Wait(each, MPI_STATUS_IGNORE);
    MPI_Request_free(each);
  }
}

/// Answers those who have asked for work.
void message_work::answer() {
  until_look_ = between_looks;
  if (ranks_ == 1) return;
  MPI_Status status;
  while (done(request_, &status)) {
    MPI_Start(&request_);
    give_to(status.MPI_SOURCE);
  }
}

void message_work::give_to(int thief) {
  MPI_Wait(&giving_, MPI_STATUS_IGNORE);
  const std::size_t count = std::min((nodes_.size() - first_) / 2, most_given);
  const auto oldest = nodes_.begin() + static_cast<std::ptrdiff_t>(first_);
  std::copy_n(oldest, count, given_.begin());
  MPI_Isend(given_.data(), bytes_of(count), MPI_BYTE, thief, work_tag, MPI_COMM_WORLD, &giving_);
  blackened_ = blackened_ || count != 0;
  first_ += count;
  if (first_ > nodes_.size() / 2) {
    nodes_.erase(nodes_.begin(), nodes_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

/// Asks one rank after the other, by chance, until there is work; false when no rank has any.
bool message_work::find_work() {
  nodes_.clear();
  first_ = 0;
  while (!hand_on_token()) {
    random_ = random_ * 6364136223846793005U + 1442695040888963407U;
    const auto others = static_cast<std::uint64_t>(ranks_ - 1);
    const int victim = (rank_ + 1 + static_cast<int>((random_ >> 33U) % others)) % ranks_;
    if (const std::size_t count = ask(victim); count != 0) {
      nodes_.assign(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(count));
      ++counts_.steals;
      counts_.stolen += count;
      return true;
    }
  }
  return false;
}

std::size_t message_work::ask(int victim) {
  MPI_Request work = MPI_REQUEST_NULL;
  MPI_Irecv(received_.data(), bytes_of(most_given), MPI_BYTE, victim, work_tag, MPI_COMM_WORLD, &work);
  MPI_Send(nullptr, 0, MPI_BYTE, victim, request_tag, MPI_COMM_WORLD);
  MPI_Status status;
  while (!done(work, &status)) answer();
  int bytes = 0;
  MPI_Get_count(&status, MPI_BYTE, &bytes);
  return static_cast<std::size_t>(bytes) / sizeof(node);
}

/// For a rank that has no work and waits for none: hands the token on if it has it. Whether no rank has work; then all
/// know it.
bool message_work::hand_on_token() {
  if (ranks_ == 1) return true;
  if (rank_ == 0 && first_round_) {
    first_round_ = false;
    send_token(token::white);
    return false;
  }
  if (!done(token_arrives_)) return false;
  const token arrived = token_received_;
  MPI_Start(&token_arrives_);
  const bool white = arrived == token::white && !blackened_;
  if (arrived != token::no_work && (rank_ != 0 || !white)) {
    send_token(rank_ == 0 || white ? token::white : token::black);
    return false;
  }
  if (rank_ != 1) send_token(token::no_work);
  end_together();
  return true;
}

/// Rank 0 sends it to the last one, and so on down to rank 0.
void message_work::send_token(token value) {
  MPI_Wait(&token_leaves_, MPI_STATUS_IGNORE);
  blackened_ = false;
  token_sent_ = value;
  MPI_Isend(&token_sent_, 1, MPI_INT, (rank_ + ranks_ - 1) % ranks_, token_tag, MPI_COMM_WORLD, &token_leaves_);
}

/// Refuses all requests until no rank waits for an answer any more.
void message_work::end_together() {
  MPI_Request all_know = MPI_REQUEST_NULL;
  MPI_Ibarrier(MPI_COMM_WORLD, &all_know);
  while (!done(all_know)) answer();
  blackened_ = false;
  first_round_ = true;
}

/// See run.
class message_job {
 public:
  message_work& work() { return work_; }

  [[nodiscard]] static std::uint64_t sum(std::uint64_t mine) { return reduce(mine, MPI_SUM); }
  [[nodiscard]] static std::uint64_t greatest(std::uint64_t mine) { return reduce(mine, MPI_MAX); }

 private:
  static std::uint64_t reduce(std::uint64_t value, MPI_Op how) {
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_UINT64_T, how, MPI_COMM_WORLD);
    return value;
  }

  message_work work_;
};

int run_over_mpi(const apps::place& at, int argc, char** argv) {
  const auto [of, exit_code] = parse_command_line(argc, argv, at.rank == 0);
  if (exit_code) return *exit_code;
  message_job job;
  return run(job, of, at);
}

}  // namespace

}  // namespace uts

int main(int argc, char** argv) { return apps::run_with_mpi("uts_mpi", argc, argv, uts::run_over_mpi); }
