// Waits that last: wait_program MODE WHO
//
//   timeout   the waiting rank catches a timeout_error that names block and holder; ends with "timed out as planned"
//             and status 3
//   ranges    as timeout, for each access to a range of an array, a part of which is held by a write view
//   mutex     it catches a timeout_error that names the lock and the rank in front, and so does who comes behind it;
//   ends
//             as timeout
//   warning   it gets what it waits for, and has been told of block and holder before; succeeds
//
// WHO says what the holder has: `writer` a write guard, so that readers and writers wait; `reader` the home's own read
// guard, which holds up writers.

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
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

// An array of three ranks with two blocks at each; rank 2 holds one of rank 1's, and rank 0 wants it beside others.
constexpr std::size_t block = 512;  // elements
constexpr std::size_t elements = 6 * block;
constexpr std::size_t held_block = 3 * block;

// The text of the last error if every access to a range times out and names the holder, else nothing.
std::string timeout_of_each_access(liana::array<std::int64_t>& array) {
  constexpr std::size_t first = block;
  constexpr std::size_t count = 4 * block;
  std::vector<std::int64_t> values(count, 1);
  const std::vector<std::size_t> index{0, held_block + 7, 5 * block};
  std::vector<std::int64_t> few(index.size(), 2);
  const std::pair<const char*, std::function<void()>> accesses[] = {
      {"get", [&] { array.get(first, values); }},        {"put", [&] { array.put(first, values); }},
      {"gather", [&] { array.gather(index, few); }},     {"scatter", [&] { array.scatter(index, few); }},
      {"read", [&] { (void)array.read(first, count); }}, {"write", [&] { (void)array.write(first, count); }},
  };
  std::string text;
  bool good = true;
  for (const auto& [name, access] : accesses) {
    text.clear();
    try {
      access();
    } catch (const liana::timeout_error& error) {
      text = error.what();
    }
    std::printf("%s: %s\n", name, text.empty() ? "did not time out" : text.c_str());
    good = good && names(text, "rank 2");
  }
  return good ? text : std::string();
}

// As `timeout`, at rank 0.
std::string timeout_of_ranges() {
  auto array = liana::make_array<std::int64_t>(elements);
  std::string text;
  if (liana::rank() == 2) {
    const auto view = array.write(held_block, block);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Barrier(MPI_COMM_WORLD);
  } else {
    MPI_Barrier(MPI_COMM_WORLD);
    if (liana::rank() == 0) text = timeout_of_each_access(array);
    MPI_Barrier(MPI_COMM_WORLD);
  }
  liana::barrier();
  // Whoever was refused holds nothing, and what was held is as good as before.
  if (liana::rank() == 1) array.put(0, std::vector<std::int64_t>(elements, 5));
  liana::barrier();
  std::vector<std::int64_t> all(elements);
  array.get(0, all);
  if (std::any_of(all.begin(), all.end(), [](std::int64_t each) { return each != 5; })) {
    std::printf("rank %d: the array is not what rank 1 wrote\n", liana::rank());
    return {};
  }
  if (!text.empty()) std::printf("timed out as planned\n");
  return text;
}

// Rank 2 has a mutex; rank 0 gives up its place in the queue, and rank 1, which comes behind it, is told. As `timeout`.
std::string timeout_of_mutex() {
  const auto mutex = liana::broadcast(liana::make_mutex(), home);
  std::string text;
  const auto lock_in_vain = [&] {
    try {
      const std::scoped_lock lock(mutex);
    } catch (const liana::timeout_error& error) {
      text = error.what();
    }
  };
  if (liana::rank() == 2) mutex.lock();
  MPI_Barrier(MPI_COMM_WORLD);
  if (liana::rank() == 0) lock_in_vain();
  MPI_Barrier(MPI_COMM_WORLD);
  if (liana::rank() == 1) lock_in_vain();
  MPI_Barrier(MPI_COMM_WORLD);
  if (liana::rank() == 2) {
    mutex.unlock();
    return {};
  }
  const bool good =
      names(text, "lock of rank 1") && (liana::rank() == 0 ? names(text, "rank 2, which is in front")
                                                           : names(text, "rank 0 ") && names(text, "has given up"));
  std::printf(good ? "timed out as planned\n" : "rank %d: the text is: %s\n", liana::rank(), text.c_str());
  return good ? text : std::string();
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
    std::fprintf(stderr, "wait_program timeout|ranges|mutex|warning writer|reader\n");
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
    } else if (mode == "mutex") {
      timed_out = timeout_of_mutex();
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
