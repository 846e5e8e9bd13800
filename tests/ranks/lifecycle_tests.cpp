// Runtimes over communicators of a running MPI program: one after the other, side by side, with the program's own MPI
// calls in between.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/ranks/lifecycle_support.hpp"

namespace {

using namespace liana_tests;

int sum_of_ones(MPI_Comm comm) {
  const int one = 1;
  int sum = 0;
  MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, comm);
  return sum;
}

TEST(runtime, over_the_world_has_its_ranks_and_leaves_mpi_usable) {
  {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    EXPECT_EQ(liana::rank(), world_rank());
    EXPECT_EQ(liana::size(), world_size());
    expect_working_memory(1'000'000);
    EXPECT_EQ(sum_of_ones(MPI_COMM_WORLD), world_size());
    expect_working_memory(2'000'000);
  }
  int finalized = 1;
  MPI_Finalized(&finalized);
  EXPECT_EQ(finalized, 0);
  EXPECT_EQ(sum_of_ones(MPI_COMM_WORLD), world_size());
}

TEST(runtime, starts_again_and_again) {
  for (std::int64_t round = 0; round < 8; ++round) {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    expect_working_memory(round * 1'000'000);
  }
}

TEST(runtime, starts_again_with_other_options) {
  for (const char* hosts : {"each", "real", "2", "each"}) {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.segment_bytes = 32U << 20, .hosts = hosts});
    expect_working_memory(5'000'000);
  }
}

TEST(runtime, gives_memory_anew_to_each_one) {
  constexpr std::size_t bytes = std::size_t{48} << 20;
  for (int round = 0; round < 3; ++round) {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{.segment_bytes = segment_bytes});
    // Not destroyed: the end of the runtime takes it.
    const auto array = liana::make_global_array<char>(bytes);
    EXPECT_TRUE(is_zero(array.get()));
    EXPECT_TRUE(is_zero((array + static_cast<std::ptrdiff_t>(bytes - 1)).get()));
    array.put('x');
    (array + static_cast<std::ptrdiff_t>(bytes - 1)).put('x');
    auto undestroyed = liana::make_array<int>(1000);
    EXPECT_EQ(undestroyed.size(), 1000U);
  }
}

TEST(runtime, of_rank_zero_has_a_first_object_that_is_not_null) {
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  const auto first = liana::make_global<char>('a');
  EXPECT_TRUE(first != nullptr);
  EXPECT_TRUE(static_cast<bool>(first));
  EXPECT_EQ(first.get(), 'a');
}

TEST(runtime, over_a_split_communicator_runs_beside_the_others) {
  const int color = world_rank() % 2;
  const scoped_communicator half(color, world_rank());
  int rank = -1;
  int size = -1;
  MPI_Comm_rank(half.get(), &rank);
  MPI_Comm_size(half.get(), &size);
  {
    const liana::runtime runtime(half.get(), liana::options{.segment_bytes = 32U << 20});
    EXPECT_EQ(liana::rank(), rank);
    EXPECT_EQ(liana::size(), size);
    // The same addresses hold other values in the other runtime.
    for (std::int64_t round = 0; round < 5; ++round) {
      expect_working_memory(std::int64_t{color} * 100'000'000 + round * 1'000'000);
    }
    EXPECT_EQ(sum_of_ones(MPI_COMM_WORLD), world_size());
  }
  EXPECT_EQ(sum_of_ones(half.get()), size);
}

TEST(runtime, of_only_some_ranks_does_not_wait_for_the_rest) {
  const scoped_communicator part(world_rank() == 0 ? 0 : 1, world_rank());
  if (world_rank() == 0) {
    const liana::runtime runtime(part.get(), liana::options{});
    EXPECT_EQ(liana::size(), 1);
    expect_working_memory(7);
  }
  EXPECT_EQ(sum_of_ones(MPI_COMM_WORLD), world_size());
}

TEST(runtime, over_a_reordered_communicator_uses_its_ranks) {
  const scoped_communicator reversed(0, -world_rank());
  {
    const liana::runtime runtime(reversed.get(), liana::options{});
    EXPECT_EQ(liana::rank(), world_size() - 1 - world_rank());
    EXPECT_EQ(liana::broadcast(world_rank(), 0), world_size() - 1);
    expect_working_memory(3'000'000);
  }
}

TEST(runtime, over_mpi_comm_self_is_a_runtime_of_one) {
  const liana::runtime runtime(MPI_COMM_SELF, liana::options{.segment_bytes = 16U << 20});
  EXPECT_EQ(liana::rank(), 0);
  EXPECT_EQ(liana::size(), 1);
  expect_working_memory(std::int64_t{world_rank()} * 1'000'000);
}

TEST(runtime, keeps_its_messages_apart_from_the_programs_own) {
  const int next = (world_rank() + 1) % world_size();
  int received = -1;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Irecv(&received, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &request);
  {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    expect_working_memory(4'000'000);
    EXPECT_EQ(received, -1);
  }
  EXPECT_EQ(received, -1);
  plain_barrier();  // nobody sends before all have looked
  const int sent = world_rank();
  MPI_Send(&sent, 1, MPI_INT, next, 0, MPI_COMM_WORLD);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
  EXPECT_EQ(received, (world_rank() + world_size() - 1) % world_size());
}

TEST(runtime, outlives_the_communicator_it_was_made_over) {
  std::optional<scoped_communicator> comm(std::in_place, 0, world_rank());
  const liana::runtime runtime(comm->get(), liana::options{});
  comm.reset();
  expect_working_memory(6'000'000);
}

TEST(runtime, is_shared_by_those_who_construct_it_over_the_same_ranks) {
  EXPECT_FALSE(liana::running());
  std::optional<liana::runtime> first(std::in_place, MPI_COMM_WORLD, liana::options{.segment_bytes = segment_bytes});
  EXPECT_TRUE(liana::running());
  const auto object = liana::broadcast(liana::make_global<int>(7), 0);
  {
    const scoped_communicator same(0, world_rank());
    const liana::runtime second;
    const liana::runtime third(same.get(), liana::options{.segment_bytes = segment_bytes});
    EXPECT_EQ(object.get(), 7);
    expect_working_memory(8'000'000);
  }
  std::optional<liana::runtime> last(std::in_place);
  first.reset();
  EXPECT_EQ(object.get(), 7);
  expect_working_memory(9'000'000);
  last.reset();
  EXPECT_FALSE(liana::running());
  const liana::runtime next(MPI_COMM_WORLD, liana::options{});
  expect_working_memory(10'000'000);
}

TEST(runtime, is_shared_without_a_word_to_the_others) {
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  if (liana::rank() == 0) {
    for (int round = 0; round < 3; ++round) {
      const liana::runtime second;
      EXPECT_EQ(liana::size(), world_size());
    }
  }
  liana::barrier();
}

TEST(runtime, is_shared_only_with_the_options_that_hold) {
  const liana::runtime runtime(MPI_COMM_WORLD,
                               liana::options{.segment_bytes = segment_bytes, .timeout = std::chrono::minutes(10)});
  const auto share = [](const liana::options& with) { const liana::runtime second(with); };
  share({.segment_bytes = segment_bytes, .timeout = std::chrono::seconds(600)});
  EXPECT_TRUE(throws_naming<liana::config_error>([&] { share({.segment_bytes = segment_bytes / 2}); },
                                                 {"options::segment_bytes", std::to_string(segment_bytes)}));
  EXPECT_TRUE(throws_naming<liana::config_error>([&] { share({.cache_bytes = 100 << 20}); },
                                                 {"options::cache_bytes", "104857600", "LIANA_CACHE_BYTES"}));
  EXPECT_TRUE(throws_naming<liana::config_error>([&] { share({.timeout = liana::no_time_limit}); }, {"timeout"}));
  EXPECT_TRUE(throws_naming<liana::config_error>([&] { share({.port = 300}); }, {"options::port", "1 to 255"}));
  expect_working_memory(11'000'000);
}

TEST(runtime, is_not_shared_over_other_ranks) {
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  const auto share = [](MPI_Comm over) { const liana::runtime second(over); };
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { share(MPI_COMM_NULL); }, {"other ranks"}));
  if (world_size() > 1) {
    const scoped_communicator reversed(0, -world_rank());
    // Of one rank only, because it is refused before any call of MPI that needs the others.
    if (world_rank() == 0) {
      EXPECT_TRUE(throws_naming<liana::usage_error>([&] { share(MPI_COMM_SELF); }, {"other ranks"}));
      EXPECT_TRUE(throws_naming<liana::usage_error>([&] { share(reversed.get()); }, {"other ranks"}));
    }
  }
  expect_working_memory(12'000'000);
}

TEST(version, is_that_of_the_library) {
  const std::string_view version = liana::version();
  EXPECT_EQ(std::ranges::count(version, '.'), 2) << version;
}

TEST(runtime, is_refused_over_a_communicator_without_ranks_of_its_own) {
  const auto start = [](MPI_Comm over) { const liana::runtime runtime(over, liana::options{}); };
  EXPECT_TRUE(throws_naming<liana::usage_error>([&] { start(MPI_COMM_NULL); }, {"MPI_COMM_NULL"}));
  if (world_size() > 1) {
    const bool first = world_rank() == 0;
    const scoped_communicator half(first ? 0 : 1, world_rank());
    MPI_Comm between = MPI_COMM_NULL;
    MPI_Intercomm_create(half.get(), 0, MPI_COMM_WORLD, first ? 1 : 0, 0, &between);
    EXPECT_TRUE(
        throws_naming<liana::usage_error>([&] { start(between); }, {"intercommunicator", "MPI_Intercomm_merge"}));
    MPI_Comm_free(&between);
  }
  start(MPI_COMM_WORLD);
}

// What a job that was killed while it started has left is an old object that nobody has locked.
TEST(runtime, removes_what_a_crashed_job_has_left) {
  const std::string left = "/dev/shm/liana-" + std::to_string(geteuid()) + "-test" + std::to_string(getpid()) + "-" +
                           std::to_string(world_rank());
  std::ofstream(left) << "left";
  const timespec long_ago[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, left.c_str(), long_ago, 0), 0);
  plain_barrier();
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  EXPECT_FALSE(std::ifstream(left).is_open()) << left;
}

// ---- what outlives its runtime ----

/// Handles of one runtime, used after it.
struct old_handles {
  liana::array<int> array;
  liana::atomic_array<std::int64_t> atomics;
  liana::work_queue<int> queue;
};

old_handles handles_of_an_ended_runtime() {
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  return {.array = liana::make_array<int>(1000),
          .atomics = liana::make_atomic_array<std::int64_t>(1000),
          .queue = liana::make_work_queue<int>()};
}

void expect_refusals(old_handles& old) {
  std::vector<int> values(1000);
  const std::vector<std::size_t> index{1, 2, 3};
  std::vector<int> three(3);
  const auto refused = [](auto use) {
    EXPECT_TRUE(throws_naming<liana::usage_error>(use, {"gone", "runtime has ended"}));
  };
  refused([&] { old.array.get(0, values); });
  refused([&] { old.array.put(0, values); });
  refused([&] { old.array.gather(index, three); });
  refused([&] { old.array.scatter(index, three); });
  refused([&] { old.array.async_get(0, values).wait(); });
  refused([&] { static_cast<void>(old.array.read(0, 10)); });
  refused([&] { static_cast<void>(old.array.write(0, 10)); });
  refused([&] { static_cast<void>(old.array.write_local()); });
  refused([&] { static_cast<void>(old.array.local()); });
  refused([&] { static_cast<void>(static_cast<int>(old.array[3])); });
  refused([&] { old.array.prefetch(0, 10); });
  refused([&] { static_cast<void>(old.array.walk(0, 10)); });
  refused([&] { liana::destroy(old.array); });
  refused([&] { static_cast<void>(old.atomics[3].load()); });
  refused([&] { liana::destroy(old.atomics); });
  refused([&] { old.queue.push(1); });
  refused([&] { static_cast<void>(old.queue.pop()); });
  refused([&] { liana::destroy(old.queue); });
}

TEST(a_handle_that_outlives_its_runtime, is_refused) {
  old_handles old = handles_of_an_ended_runtime();
  expect_refusals(old);
}

TEST(a_handle_that_outlives_its_runtime, does_not_reach_into_the_next_one) {
  old_handles old = handles_of_an_ended_runtime();
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  const auto array = liana::make_array<int>(1000);
  for (int& each : array.write_local()) each = 42;
  liana::barrier();
  expect_refusals(old);
  liana::barrier();
  std::vector<int> values(1000);
  array.get(0, values);
  EXPECT_EQ(values, std::vector<int>(1000, 42));
  liana::barrier();
}

TEST(a_handle_that_outlives_its_runtime, is_refused_where_it_was_waited_for) {
  std::vector<int> values(1000);
  liana::pending_reads reads;
  std::optional<liana::pending_get<int>> read;
  {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    const auto array = liana::make_array<int>(1000);
    const auto guard = array.write(0, 1000);  // of one rank after the other: nothing can be read meanwhile
    reads = array.async_get(0, values);
    read = array.ptr(0).async_get();
  }
  const auto refused = [](auto use) { EXPECT_TRUE(throws_naming<liana::usage_error>(use, {"has ended"})); };
  refused([&] { static_cast<void>(reads.ready()); });
  refused([&] { reads.wait(); });
  refused([&] { static_cast<void>(read->ready()); });
  refused([&] { read->wait(); });
  const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
  refused([&] { reads.wait(); });
  refused([&] { read->wait(); });
}

// Its record of a hold would make the next runtime take other blocks at the same place for held.
TEST(a_guard_that_outlives_its_runtime, holds_nothing_in_the_next_one) {
  using wide = std::array<std::uint64_t, 512>;
  liana::read_guard<wide> in_place;
  liana::read_guard<wide> of_a_replica;
  liana::write_guard<wide> writing;
  liana::read_view<int> view;
  {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    const auto mine = liana::make_global<wide>();
    const auto next = liana::broadcast(liana::make_global<wide>(), liana::size() - 1);
    in_place = mine.read();
    of_a_replica = next.read();
    writing = liana::make_global<wide>().write();
    view = liana::make_array<int>(10000).read(0, 10000);
  }
  for (int round = 0; round < 2; ++round) {
    const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
    const auto mine = liana::make_global<wide>();
    const auto other = liana::make_global<wide>();
    const auto array = liana::make_array<int>(10000);
    for (const auto& each : {mine, other}) {
      auto guard = each.write();  // a usage_error, if the thread were thought to hold the block
      (*guard)[0] = 5;
    }
    array.put(0, std::vector<int>(10, 1));
    liana::barrier();
    in_place.release();
    of_a_replica.release();
    writing.release();
    view = {};
    EXPECT_EQ(mine.get()[0], 5U);
    EXPECT_EQ(other.get()[0], 5U);
    mine.write().release();
    liana::barrier();
  }
}

TEST(no_runtime, makes_every_call_a_usage_error_before_and_after_one) {
  using liana::usage_error;
  liana::global_ptr<int> object;
  liana::array<int> array;
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(throws_naming<usage_error>([] { (void)liana::rank(); }, {"rank", "runtime"}));
    EXPECT_TRUE(throws_naming<usage_error>([] { (void)liana::size(); }, {"size", "runtime"}));
    EXPECT_TRUE(throws_naming<usage_error>([] { liana::barrier(); }, {"barrier", "runtime"}));
    EXPECT_TRUE(throws_naming<usage_error>([] { (void)liana::make_global<int>(1); }, {"make_global", "runtime"}));
    EXPECT_TRUE(throws_naming<usage_error>([] { (void)liana::make_global_array<int>(5); }, {"make_global_array"}));
    EXPECT_TRUE(throws_naming<usage_error>([] { (void)liana::make_array<int>(5); }, {"make_array", "runtime"}));
    EXPECT_TRUE(throws_naming<usage_error>([] { (void)liana::broadcast(1, 0); }, {"broadcast", "runtime"}));
    const auto reduce = [] { (void)liana::all_reduce(1, [](int a, int b) { return a + b; }); };
    EXPECT_TRUE(throws_naming<usage_error>(reduce, {"all_reduce", "runtime"}));
    EXPECT_THROW((void)object.get(), usage_error);
    EXPECT_THROW(object.put(1), usage_error);
    EXPECT_THROW((void)object.read(), usage_error);
    EXPECT_THROW((void)object.write(), usage_error);
    EXPECT_THROW(object.prefetch(), usage_error);
    EXPECT_EQ(object.local(), nullptr);
    EXPECT_FALSE(object.is_local());
    EXPECT_THROW((void)static_cast<int>(array[0]), usage_error);
    if (round == 0) {
      const liana::runtime runtime(MPI_COMM_WORLD, liana::options{});
      object = liana::make_global<int>(3);
      array = liana::make_array<int>(10);
      EXPECT_EQ(object.get(), 3);
    }
  }
}

}  // namespace
