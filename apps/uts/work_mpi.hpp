// The queue of the twin in MPI: nodes of each rank, which the others ask for by messages when they have none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <mpi.h>

#include "tree.hpp"

namespace uts {

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

}  // namespace uts
