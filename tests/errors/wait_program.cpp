// Waits that last: wait_program MODE WHO
//
//   timeout   the waiting rank catches a timeout_error that names block and holder; ends with "timed out as planned"
//             and status 3
//   ranges    as timeout, for each access to a range of an array, a part of which is held by a write view
//   warning   it gets what it waits for, and has been told of block and holder before; succeeds
//
// WHO says what the holder has: `writer` a write guard, so that readers and writers wait; `reader` the home's own read
// guard, which holds up writers.

#include <algorithm>
#include <chrono>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/errors/report.hpp"
#include "tests/ranks/captured_output.hpp"

namespace {

using namespace std::chrono_literals;
using object = liana::global_ptr<std::int64_t>;

// The object lives at rank 1; rank 2 writes it, or rank 1 reads it; rank 0 waits.
constexpr liana::rank_t home = 1;

std::string text_of(const object& pointer) {
  std::ostringstream text;
  text << pointer;
  return text.str();
}

bool names(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

// Holds the object in the way `who` says while `meanwhile` runs.
template <class F>
void hold(std::string_view who, const object& held, F meanwhile) {
  if (who == "writer") {
    const auto guard = held.write();
    meanwhile();
  } else {
    const auto guard = held.read();
    meanwhile();
  }
}

// MPI's barriers, because the time that Liana's own waits are given is what is tested. Returns the error's text at the
// rank that waits, or nothing where something is wrong.
std::string timeout(std::string_view who, liana::rank_t holder, const object& held) {
  if (liana::rank() == holder) {
    hold(who, held, [] {
      MPI_Barrier(MPI_COMM_WORLD);
      MPI_Barrier(MPI_COMM_WORLD);
    });
    return {};
  }
  MPI_Barrier(MPI_COMM_WORLD);
  std::string text;
  bool read_timed_out = false;
  if (liana::rank() == 0) {
    try {
      held.put(1);
    } catch (const liana::timeout_error& error) {
      text = error.what();
    }
    // A reader waits for a writer as a writer does, and never for a reader.
    try {
      (void)held.get();
    } catch (const liana::timeout_error&) {
      read_timed_out = true;
    }
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (liana::rank() != 0) return {};
  held.put(5);
  const std::pair<bool, const char*> checks[] = {
      {!text.empty(), "the put times out"},
      {names(text, text_of(held)), "the text names the object"},
      {names(text, "rank " + std::to_string(holder)), "the text names the holder"},
      {read_timed_out == (who == "writer"), "a get waits for a writer and for nobody else"},
      {held.get() == 5, "the object is usable once the holder is gone"}};
  for (const auto& [good, what] : checks) {
    if (good) continue;
    std::printf("%s, holder rank %d: does not hold: %s; the text: %s\n", text_of(held).c_str(), holder, what,
                text.c_str());
    return {};
  }
  std::printf("timed out as planned\n");
  return text;
}

// Blocks of 512 elements, two at each rank. Rank 2 holds the second one of rank 1; rank 0 wants it beside others.
// Returns as `timeout`.
std::string timeout_of_ranges() {
  constexpr std::size_t first = 512;
  constexpr std::size_t held = 3 * 512;
  constexpr std::size_t count = 4 * 512;
  auto array = liana::make_array<std::int64_t>(6 * 512);
  if (liana::rank() == 2) {
    const auto view = array.write(held, 512);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Barrier(MPI_COMM_WORLD);
  } else {
    MPI_Barrier(MPI_COMM_WORLD);
  }
  std::string text;
  if (liana::rank() == 0) {
    std::vector<std::int64_t> values(count, 1);
    const std::vector<std::size_t> index{0, held + 7, 5 * 512};
    const std::vector<std::int64_t> few(3, 2);
    std::vector<std::int64_t> found(3);
    const std::pair<const char*, std::function<void()>> accesses[] = {
        {"get", [&] { array.get(first, values); }},        {"put", [&] { array.put(first, values); }},
        {"gather", [&] { array.gather(index, found); }},   {"scatter", [&] { array.scatter(index, few); }},
        {"read", [&] { (void)array.read(first, count); }}, {"write", [&] { (void)array.write(first, count); }},
    };
    int timed_out = 0;
    for (const auto& [name, access] : accesses) {
      try {
        access();
        std::printf("%s did not time out\n", name);
      } catch (const liana::timeout_error& error) {
        text = error.what();
        if (names(text, "rank 2")) ++timed_out;
        std::printf("%s timed out: %s\n", name, text.c_str());
      }
    }
    if (timed_out != 6) text.clear();
  }
  if (liana::rank() != 2) MPI_Barrier(MPI_COMM_WORLD);
  liana::barrier();
  // Whoever was refused holds nothing, and what was held is as good as before.
  if (liana::rank() == 1) array.put(0, std::vector<std::int64_t>(6 * 512, 5));
  liana::barrier();
  std::vector<std::int64_t> all(6 * 512);
  array.get(0, all);
  if (std::any_of(all.begin(), all.end(), [](std::int64_t each) { return each != 5; })) {
    std::printf("rank %d: the array is not what rank 1 wrote\n", liana::rank());
    text.clear();
  }
  if (!text.empty()) std::printf("timed out as planned\n");
  return text;
}

// Whether the waiting rank was told of the object and its holder, in the time until it got the object.
bool warning(std::string_view who, liana::rank_t holder, const object& held) {
  if (liana::rank() == holder) {
    hold(who, held, [] {
      MPI_Barrier(MPI_COMM_WORLD);
      std::this_thread::sleep_for(1s);
    });
    return true;
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (liana::rank() != 0) return true;
  std::string text;
  {
    const liana_tests::captured_output output;
    held.put(1);
    text = output.text();
  }
  std::printf("%s", text.c_str());
  const bool good =
      names(text, "warning") && names(text, text_of(held)) && names(text, "rank " + std::to_string(holder));
  if (!good) std::printf("no warning names %s and rank %d\n", text_of(held).c_str(), holder);
  return good && held.get() == 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "wait_program timeout|ranges|warning writer|reader\n");
    return 2;
  }
  const std::string_view mode = argv[1];
  const std::string_view who = argv[2];
  const liana::rank_t holder = who == "writer" ? 2 : home;
  const liana_tests::mpi_session mpi(argc, argv);
  bool good = true;
  const int status = liana_tests::report_of_all(mpi, [&] {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    const auto held = liana::broadcast(liana::make_global<std::int64_t>(0), home);
    liana::barrier();
    std::string timed_out;
    if (mode == "timeout") {
      timed_out = timeout(who, holder, held);
    } else if (mode == "ranges") {
      timed_out = timeout_of_ranges();
    } else {
      good = warning(who, holder, held);
    }
    // Past the holder's second, so that nobody waits here for as long as what is tested.
    MPI_Barrier(MPI_COMM_WORLD);
    liana::barrier();
    if (!timed_out.empty()) throw liana::timeout_error(timed_out);
  });
  return good ? status : 1;
}
