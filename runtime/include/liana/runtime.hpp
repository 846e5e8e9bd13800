#pragma once

#include <string_view>

#include <liana/detail/context.hpp>
#include <liana/detail/rank.hpp>
#include <liana/options.hpp>

namespace liana {
namespace detail {

class runtime_state;

[[noreturn]] void refuse_without_runtime(const char* operation);

/// Throws usage_error, naming `operation`, when there is no runtime.
inline const context& require_context(const char* operation) {
  const context& here = *current;
  if (here.size == 0) {
    refuse_without_runtime(operation);
  }
  return here;
}

/// Whether a type is MPI's communicator; <liana/mpi.hpp>, which knows it, says so.
template <class T>
inline constexpr bool is_communicator = false;

}  // namespace detail

/// The ranks of a job, their shared memory, and everything that moves between them, for as long as it lives. One at a
/// time in a process; when it has ended, another one can start.
///
/// Start and end are collective: all ranks construct it, and all destroy it, with no other collective call in between
/// that they do not share. MPI stays usable by the program throughout, whether the program or the runtime initialised
/// it. Both from one thread, at a time at which no other uses Liana.
///
/// Two libraries of one program that both use Liana may each construct one. Over the same ranks, in the same order, the
/// second object shares what runs already: its construction is local, and so is each destruction but the last, which
/// ends the runtime and is collective. The options that it sets must be those that hold.
///
/// A process that exits while an object lives, by a return from main or by exit in any thread, ends the runtime if its
/// status is 0, also where the program keeps the object in a global variable. With another status it leaves at once,
/// and the job ends with an error. A child that was forked has no runtime.
class runtime {
 public:
  /// Over all ranks that mpirun has started. Initialises MPI, at level MPI_THREAD_SERIALIZED, if nobody has; MPI is
  /// then finalized when the process exits, since another runtime may follow this one. `argc` and `argv` are handed to
  /// MPI.
  ///
  /// Throws config_error for a setting that does not parse, contradicts another one or the hosts that the ranks are on,
  /// or differs between ranks where it must not; resource_error when there is too little shared memory; usage_error
  /// when MPI was finalized. Each on all ranks, except that a wrong setting is found before MPI is initialised and is
  /// then thrown only where it is wrong. Waits for all ranks, with warnings; timeout_error after `options::timeout`.
  ///
  /// Where a runtime lives already: usage_error if it is over other ranks, config_error if `with` sets an option to
  /// another value than the one that holds; both on this rank only.
  runtime(int argc, char** argv, const options& with = {});

  /// The same without arguments for MPI, which does without.
  explicit runtime(const options& with = {});

  /// Over the ranks of a communicator of a running MPI program, whose rank numbers hold for Liana too. Include
  /// <liana/mpi.hpp>. The communicator is duplicated; the program keeps its own. Several runtimes can run side by side
  /// in disjoint communicators. Throws as the other one, and usage_error for MPI_COMM_NULL and intercommunicators.
  template <class Communicator>
  requires detail::is_communicator<Communicator>
  explicit runtime(Communicator over, const options& with = {}) : runtime(static_cast<const void*>(&over), with) {}

  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;
  runtime(runtime&&) = delete;
  runtime& operator=(runtime&&) = delete;

  /// Completes everything this rank has issued, waits for the other ranks to end too, and reports the statistics where
  /// they were asked for. Logs what goes wrong. Objects and arrays that were not destroyed go with it. Guards and views
  /// may be closed afterwards, with no effect, but no longer used to read or write. Handles of arrays and work queues,
  /// and of accesses that were begun, are refused by a usage_error from then on. Pointers, atomics and locks, which are
  /// 8 bytes and no more, are refused until another runtime starts; in that one they are as dangling as a plain
  /// pointer. When an exception passes through, ranks that wait in another collective call get a usage_error that says
  /// so, instead of waiting for ever.
  ~runtime();

 private:
  runtime(const void* communicator, const options& with);

  detail::runtime_state* state_;  ///< shared with other objects, and ended by the last one
  int exceptions_;                ///< in flight at the start
};

/// Whether this process has a runtime. Any thread.
[[nodiscard]] inline bool running() { return detail::current->size != 0; }

/// The version of the library that the program runs with, such as "1.2.3". Any thread.
[[nodiscard]] std::string_view version();

/// The number of this rank. Throws usage_error without a runtime. Any thread.
[[nodiscard]] inline rank_t rank() { return detail::require_context("rank").rank; }

/// How many ranks the job has. Throws usage_error without a runtime. Any thread.
[[nodiscard]] inline rank_t size() { return detail::require_context("size").size; }

/// Collective. Completes everything this rank has issued, then waits until all ranks have called it. Throws usage_error
/// on all ranks when another one makes another collective call instead, peer_error when a rank is gone, timeout_error
/// after `options::timeout`. After such an error of any collective call no further one can be made: let the job end.
void barrier();

}  // namespace liana
