#include "tests/sim/growth.hpp"

#include <array>
#include <chrono>
#include <set>
#include <vector>

#include <liana/allocation.hpp>
#include <liana/global_ptr.hpp>
#include <liana/runtime.hpp>

#include "tests/growth/counted_heap.hpp"
#include "tests/sim/simulation.hpp"

namespace liana_tests::sim {
namespace {

using liana::rank_t;
using liana::detail::runtime_state;
using block = std::array<std::uint64_t, 8>;

simulation_options job_of(const growth_options& with) {
  simulation_options job;
  for (rank_t rank = 0; rank < with.ranks; ++rank) {
    job.real_hosts.push_back(rank / with.ranks_per_host);
  }
  job.runtime.transport = "verbs";
  job.runtime.hosts = "real";
  job.runtime.segment_bytes = 65536;
  job.runtime.cache_bytes = 65536;
  job.runtime.validity_words = 64;
  job.runtime.warn_after = liana::no_time_limit;
  job.schedule.how = scheduling::calm;
  job.schedule.limit = 100'000'000;
  job.schedule.store_buffers = false;
  job.network = {.reorder = false, .split = false, .delay_sight = false, .late_to_report = false};
  return job;
}

constexpr rank_t nobody = -1;

/// Counts what one rank posts. It waits for that by giving up its turn, and between two turns the network completes
/// everything; so what is posted in one turn, unless in the last, makes one round trip.
class post_counter {
 public:
  explicit post_counter(simulation& world) : world_(world) {
    world.wires().set_observer([this](rank_t from, rank_t to, const liana::transport::operation& /*each*/) {
      if (from == watched_) {
        ++count_.operations;
        turns_.insert(world_.turns().choices_made());
        peers_.insert(to);
      }
    });
  }

  void begin(rank_t watched) {
    watched_ = watched;
    count_ = {};
    turns_.clear();
    peers_.clear();
  }
  posted end() {
    watched_ = nobody;
    turns_.erase(world_.turns().choices_made());
    count_.round_trips = turns_.size();
    count_.peers = peers_.size();
    return count_;
  }

 private:
  simulation& world_;
  rank_t watched_ = nobody;
  posted count_;
  std::set<std::uint64_t> turns_;
  std::set<rank_t> peers_;
};

/// The steps of the program, one rank at a time; the others wait for their step.
class growing_program final : public simulated_program {
 public:
  growing_program(const growth_options& with, simulation& world, growth_result& result)
      : with_(with), world_(world), result_(result), counts_(world), heap_before_(growth::live_bytes()) {}

  void set_up(runtime_state& state) override {
    if (state.rank() == 0) {
      shared_ = liana::make_global<block>();
    }
  }

  void act(runtime_state& state, unsigned /*thread*/) override {
    const rank_t rank = state.rank();
    const rank_t last = with_.ranks - 1;
    if (rank == 0) {
      result_.heap_by_rank = (growth::live_bytes() - heap_before_) / with_.ranks;
    }
    share(rank);
    in_turn(rank, 0, [&] { result_.near_write = count(0, [&] { shared_.put({1}); }); });
    share(rank);
    in_turn(rank, last, [&] {
      if (with_.ranks > with_.ranks_per_host) {
        result_.far_write = count(last, [&] { shared_.put({2}); });
      }
    });
    in_turn(rank, 0, [&] { counts_.begin(0); });
    liana::barrier();
    if (rank == 0) {
      result_.barrier = counts_.end();
    }
  }

 private:
  template <class Access>
  posted count(rank_t rank, Access access) {
    counts_.begin(rank);
    access();
    return counts_.end();
  }

  /// The step that comes next is this rank's; it waits until it is reached, and so do the others until it is over.
  template <class Step>
  void in_turn(rank_t rank, rank_t whose, Step step) {
    const std::size_t number = next_step_of_[static_cast<std::size_t>(rank)]++;
    if (rank != whose) {
      return;
    }
    while (steps_done_ != number) {
      world_.turns().sleep(std::chrono::microseconds(10));
    }
    step();
    ++steps_done_;
  }

  /// The first rank of each sharing host reads the block.
  void share(rank_t rank) {
    for (rank_t host = 1; host <= with_.sharing_hosts; ++host) {
      in_turn(rank, host * with_.ranks_per_host, [&] {
        const posted miss = count(rank, [&] { static_cast<void>(shared_.get()); });
        if (host == 1) {
          result_.read_miss = miss;
        }
      });
    }
  }

  growth_options with_;
  simulation& world_;
  growth_result& result_;
  post_counter counts_;
  std::int64_t heap_before_;
  liana::global_ptr<block> shared_;
  std::vector<std::size_t> next_step_of_ = std::vector<std::size_t>(static_cast<std::size_t>(with_.ranks));
  std::size_t steps_done_ = 0;
};

}  // namespace

growth_result run_growth(const growth_options& with) {
  growth_result result;
  simulation world(job_of(with), 1);
  growing_program program(with, world, result);
  const simulation_result outcome = world.run(program);
  if (outcome.hung) {
    result.failure = "the job hangs";
  }
  for (const std::string& each : outcome.failures) {
    if (!each.empty()) {
      result.failure = each;
    }
  }
  return result;
}

}  // namespace liana_tests::sim
