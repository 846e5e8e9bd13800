// How the failure programs report: each rank the error it caught, by type and text, and rank 0 how many caught which.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

#ifdef LIANA_COVERAGE
extern "C" {  // GCC 12's header leaves that to those who include it
#include <gcov.h>
}
#endif

namespace liana_tests {

/// What a program that caught the error it was made for returns.
inline constexpr int failed_as_planned = 3;

/// Initialises MPI for a program whose report needs it after the runtime has ended.
class mpi_session {
 public:
  mpi_session(int& argc, char**& argv) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  mpi_session(const mpi_session&) = delete;
  mpi_session& operator=(const mpi_session&) = delete;
  ~mpi_session() { MPI_Finalize(); }

  int rank() const { return rank_; }
  int size() const { return size_; }

 private:
  int rank_ = 0;
  int size_ = 0;
};

/// The name of an error's type; "" where `action` throws none. Prints `rank N caught TYPE: TEXT`.
inline std::string caught_by(int rank, const std::function<void()>& action) {
  std::string type;
  std::string text;
  const auto note = [&](const char* name, const std::exception& error) {
    type = name;
    text = error.what();
  };
  try {
    action();
  } catch (const liana::config_error& error) {
    note("config_error", error);
  } catch (const liana::resource_error& error) {
    note("resource_error", error);
  } catch (const liana::usage_error& error) {
    note("usage_error", error);
  } catch (const liana::peer_error& error) {
    note("peer_error", error);
  } catch (const liana::timeout_error& error) {
    note("timeout_error", error);
  } catch (const liana::error& error) {
    note("another liana::error", error);
  } catch (const std::exception& error) {
    note("an error that is not Liana's", error);
  }
  if (!type.empty()) {
    // On one line, by which the tests find it.
    for (char& c : text) {
      if (c == '\n') c = ' ';
    }
    std::printf("rank %d caught %s: %s\n", rank, type.c_str(), text.c_str());
    std::fflush(stdout);
  }
  return type;
}

/// Runs `action` on every rank and lets rank 0 print `N of M ranks caught TYPE`. Returns the exit status of this rank:
/// 0 if no rank caught anything, so that the test notices. Collective over MPI_COMM_WORLD; needs all ranks alive.
inline int report_of_all(const mpi_session& mpi, const std::function<void()>& action) {
  const std::string mine = caught_by(mpi.rank(), action);
  int caught_any = 0;
  for (const std::string_view type : {"config_error", "resource_error", "usage_error", "peer_error", "timeout_error"}) {
    const int caught = mine == type ? 1 : 0;
    int count = 0;
    MPI_Allreduce(&caught, &count, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (count > 0 && mpi.rank() == 0) std::printf("%d of %d ranks caught %s\n", count, mpi.size(), type.data());
    caught_any += count;
  }
  std::fflush(stdout);
  MPI_Barrier(MPI_COMM_WORLD);
  return caught_any > 0 ? failed_as_planned : 0;
}

/// Ends the process without an orderly end, as std::_Exit does, which would also leave out the count of the lines that
/// ran.
[[noreturn]] inline void end_at_once(int status) {
#ifdef LIANA_COVERAGE
  __gcov_dump();
#endif
  std::_Exit(status);
}

/// The scenarios of a program by name, the first argument of its command line.
using scenarios = std::map<std::string_view, std::function<void(const mpi_session&)>>;

/// The main function of a program of scenarios.
inline int run_scenario(int argc, char** argv, const scenarios& known) {
  const mpi_session mpi(argc, argv);
  const auto scenario = argc == 2 ? known.find(argv[1]) : known.end();
  if (scenario == known.end()) {
    std::fprintf(stderr, "the argument must be one of:");
    for (const auto& [name, action] : known) std::fprintf(stderr, " %s", std::string(name).c_str());
    std::fprintf(stderr, "\n");
    return 2;
  }
  return report_of_all(mpi, [&] { scenario->second(mpi); });
}

}  // namespace liana_tests
