// How the failure programs report: each rank the error it caught, by type and text.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>

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

/// Ends the process without an orderly end, as std::_Exit does, which would also leave out the count of the lines that
/// ran.
[[noreturn]] inline void end_at_once(int status) {
#ifdef LIANA_COVERAGE
  __gcov_dump();
#endif
  std::_Exit(status);
}

}  // namespace liana_tests
