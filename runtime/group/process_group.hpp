#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <liana/detail/rank.hpp>

#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// Makes MPI usable: initialises it, at level SERIALIZED, if nobody has, and then also finalizes it when the process
/// exits, but not in a child that was forked. Throws usage_error when it was finalized already.
void start_mpi(int* argc, char*** argv);

/// Whether MPI is initialised, by whomever.
[[nodiscard]] bool mpi_has_started();

/// Whether MPI was finalized: nothing can be exchanged any more.
[[nodiscard]] bool mpi_has_ended();

/// This rank is out of step with the others: MPI, if it was initialised here, is not finalized when the process exits,
/// because MPI would wait for the others. The launcher then sees a process that went without a word, and ends the job.
void leave_mpi() noexcept;

/// The ranks of a job, as MPI knows them, and all that Liana exchanges over MPI: what is said once at the start and the
/// end, and values of collective calls. Every exchange waits in a `waiter`, so that warnings, time-outs and dead peers
/// end it. Inside MPI it waits at two places only, where all ranks are known to come at once: in the constructor, once
/// the communicator is duplicated (MPI_Comm_split_type), and in the destructor (MPI_Comm_free).
///
/// All exchanges are collective: called by all ranks in the same order, from one thread at a time. They throw `error`
/// with MPI's text when MPI fails, usage_error when MPI was finalized, and whatever a wait throws.
class process_group final : public layer_part {
 public:
  /// A duplicate of the communicator that `communicator` points to (`const MPI_Comm*`, which only process_group.cpp
  /// knows); null: MPI_COMM_WORLD. Throws usage_error for a communicator that cannot hold a job.
  process_group(runtime_state& state, const void* communicator);
  process_group(const process_group&) = delete;
  process_group& operator=(const process_group&) = delete;
  process_group(process_group&&) = delete;
  process_group& operator=(process_group&&) = delete;
  /// Frees the communicator, unless the group was abandoned.
  ~process_group() override;

  [[nodiscard]] rank_t rank() const { return rank_; }
  [[nodiscard]] rank_t size() const { return size_; }

  /// Whether a communicator, given as to the constructor, has the same ranks in the same order. Local. Throws
  /// usage_error when MPI was finalized.
  [[nodiscard]] bool has_ranks_of(const void* communicator) const;

  /// Name of the processor, by which users know the host.
  [[nodiscard]] const std::string& processor() const { return processor_; }

  /// The real host of every rank: ranks of one number can share memory. Numbered in the order of their first ranks.
  [[nodiscard]] const std::vector<int>& real_hosts() const { return real_hosts_; }
  [[nodiscard]] int my_real_host() const { return real_hosts_[static_cast<std::size_t>(rank_)]; }

  /// The ranks on a real host, in ascending order.
  [[nodiscard]] std::vector<rank_t> ranks_on(int real_host) const {
    std::vector<rank_t> ranks;
    for (rank_t rank = 0; rank < size_; ++rank) {
      if (real_hosts_[static_cast<std::size_t>(rank)] == real_host) {
        ranks.push_back(rank);
      }
    }
    return ranks;
  }

  /// Everybody's `bytes` bytes, by rank, in `all`, which holds size() times as many.
  void all_gather(const void* mine, std::size_t bytes, void* all);

  /// The same for one value of a trivially copyable type.
  template <class T>
  std::vector<T> all_gather(const T& mine) {
    std::vector<T> all(static_cast<std::size_t>(size_));
    all_gather(&mine, sizeof(T), all.data());
    return all;
  }

  /// Everybody's text (or any bytes), by rank.
  std::vector<std::string> all_gather_texts(const std::string& mine);

  /// What every rank has for this one, by rank, given what this one has for each. All texts of all ranks have one
  /// length.
  std::vector<std::string> all_to_all(const std::vector<std::string>& for_rank);

  /// The root's bytes to everybody.
  void broadcast(void* bytes, std::size_t count, rank_t root);

  /// Returns when all have called it.
  void barrier();

  /// Nothing is exchanged any more, not even to free the communicator: the ranks are out of step.
  void abandon() noexcept {
    abandoned_ = true;
    leave_mpi();
  }

 private:
  struct handle;
  struct exchange_memory;

  /// Starts an exchange by `post(memory, request)` and waits for it. If that fails, MPI keeps the memory.
  template <class Post>
  std::unique_ptr<exchange_memory> exchange(std::unique_ptr<exchange_memory> memory, const char* call, Post post);
  void find_real_hosts();

  runtime_state& state_;
  std::unique_ptr<handle> comm_;
  bool abandoned_ = false;
  rank_t rank_ = 0;
  rank_t size_ = 0;
  std::string processor_;
  std::vector<int> real_hosts_;
};

inline process_group& group_of(const runtime_state& state) { return *static_cast<process_group*>(state.group.get()); }

}  // namespace liana::detail
