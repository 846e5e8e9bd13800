// Sequential consistency by litmus tests: small programs of two to four participants on variables with random homes, of
// which some outcomes are forbidden. The names are those of Alglave, Maranget and Tautschnig, "Herding cats" (2014).
//
// A batch gives every variable its own number as the new value, so values never repeat and replicas from earlier
// batches lie around. Every participant reads all variables first, so that the accesses under test meet replicas
// everywhere. LIANA_TEST_BATCHES sets how many batches a test plays, 100 otherwise.

#include <cstdlib>
#include <functional>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "tests/ranks/support.hpp"
#include "tests/stress/shared_words.hpp"

namespace {

using liana::global_ptr;
using namespace liana_tests;

using value = std::uint64_t;
using variable = global_ptr<value>;

constexpr std::size_t roles = 4;
constexpr std::size_t instances = 64;
constexpr std::size_t variables_per_instance = 2;
constexpr std::size_t results_per_role = 2;

std::size_t batches_to_play() {
  const char* const wanted = std::getenv("LIANA_TEST_BATCHES");
  const std::size_t batches = wanted == nullptr ? 100 : std::strtoull(wanted, nullptr, 10);
  if (batches == 0) throw std::invalid_argument("LIANA_TEST_BATCHES is not a number above 0");
  return batches;
}

// One access, by one of the ways the API offers.
void store(variable at, value what, std::mt19937_64& random) {
  switch (random() % 3) {
    case 0:
      at.put(what);
      break;
    case 1:
      *at.write() = what;
      break;
    default:
      at.update([what](value& there) { there = what; });
      break;
  }
}

value load(variable at, std::mt19937_64& random) { return random() % 2 == 0 ? at.get() : *at.read(); }

// The two variables of an instance and what the role saw.
struct scene {
  variable x;
  variable y;
  value fresh = 0;
  value* results = nullptr;
  std::mt19937_64* random = nullptr;

  void write_x() const { store(x, fresh, *random); }
  void write_y() const { store(y, fresh, *random); }
  void read_x(std::size_t into) const { results[into] = load(x, *random); }
  void read_y(std::size_t into) const { results[into] = load(y, *random); }
};

// True where the role's read saw the value of this batch.
using outcome = std::array<std::array<bool, results_per_role>, roles>;

struct litmus {
  std::array<std::function<void(const scene&)>, roles> programs;  // empty: the role does nothing
  std::function<bool(const outcome&)> forbidden;
};

class litmus_batches : public ::testing::TestWithParam<std::size_t> {
 protected:
  litmus_batches()
      : seed_(shared_seed()),
        threads_per_rank_((roles + static_cast<std::size_t>(liana::size()) - 1) /
                          static_cast<std::size_t>(liana::size())),
        meeting_(roles) {}

  // Runs all batches and expects that no instance ended in the forbidden outcome.
  void run(const litmus& test) {
    SCOPED_TRACE("LIANA_TEST_SEED=" + std::to_string(seed_));
    const std::size_t per_block = GetParam() / sizeof(value);
    const std::size_t blocks = instances * variables_per_instance;
    auto memory =
        liana::make_array<value>(blocks * per_block, {.block_bytes = GetParam(), .layout = liana::layout::cyclic});
    std::mt19937_64 random(seed_);
    const std::size_t batches = batches_to_play();
    std::size_t rounds = 0;
    std::size_t violations = 0;
    for (value batch = 1; batch <= batches; ++batch) {
      // The same on every rank: which block serves which variable, and who plays which role.
      std::vector<std::size_t> places(blocks);
      std::iota(places.begin(), places.end(), std::size_t{0});
      std::shuffle(places.begin(), places.end(), random);
      for (std::size_t& place : places) place = place * per_block + random() % per_block;
      std::vector<std::size_t> cast(threads_per_rank_ * static_cast<std::size_t>(liana::size()));
      std::iota(cast.begin(), cast.end(), std::size_t{0});
      std::shuffle(cast.begin(), cast.end(), random);
      const auto results = perform(test, memory, places, cast, batch);
      for (std::size_t i = 0; i < instances; ++i, ++rounds) {
        violations += test.forbidden(seen_fresh(results, i, batch)) ? 1U : 0U;
      }
    }
    EXPECT_EQ(violations, 0U) << "of " << rounds << " rounds ended in the forbidden outcome";
    EXPECT_EQ(rounds, batches * instances);
    liana::destroy(memory);
  }

 private:
  static std::size_t result_index(std::size_t instance, std::size_t role) {
    return (instance * roles + role) * results_per_role;
  }

  static outcome seen_fresh(const std::vector<value>& results, std::size_t instance, value batch) {
    outcome seen{};
    for (std::size_t role = 0; role < roles; ++role) {
      for (std::size_t k = 0; k < results_per_role; ++k) {
        seen[role][k] = results[result_index(instance, role) + k] == batch;
      }
    }
    return seen;
  }

  // Plays one batch; returns what all roles read, on every rank.
  std::vector<value> perform(const litmus& test, const liana::array<value>& memory,
                             const std::vector<std::size_t>& places, const std::vector<std::size_t>& cast,
                             value batch) {
    std::vector<value> results(instances * roles * results_per_role, 0);
    std::vector<std::thread> players;
    plain_barrier();
    for (std::size_t role = 0; role < roles; ++role) {
      if (cast[role] / threads_per_rank_ != static_cast<std::size_t>(liana::rank())) continue;
      players.emplace_back([&, role] { play(test, role, memory, places, batch, results); });
    }
    for (std::thread& player : players) player.join();
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallreduce(MPI_IN_PLACE, results.data(), static_cast<int>(results.size()), MPI_UINT64_T, MPI_MAX,
                   MPI_COMM_WORLD, &request);
    wait_politely(request);
    return results;
  }

  void play(const litmus& test, std::size_t role, const liana::array<value>& memory,
            const std::vector<std::size_t>& places, value batch, std::vector<value>& results) {
    try {
      std::mt19937_64 random(mixed(seed_ + batch * roles + role));
      for (const std::size_t place : places) EXPECT_LT(memory.ptr(place).get(), batch + 1);
      for (std::size_t i = 0; i < instances; ++i) {
        const scene here{memory.ptr(places[2 * i]), memory.ptr(places[2 * i + 1]), batch,
                         results.data() + result_index(i, role), &random};
        meet(role, (batch - 1) * instances + i + 1);
        if (test.programs[role]) test.programs[role](here);
      }
    } catch (const std::exception& error) {
      ADD_FAILURE() << "role " << role << ": " << error.what();
    }
  }

  // Waits a little for the other roles, so that the programs overlap; never for long, so that nothing depends on it.
  void meet(std::size_t role, value round) const {
    meeting_[role].store(round);
    for (int spin = 0; spin < 300; ++spin) {
      bool all_here = true;
      for (std::size_t other = 0; other < roles; ++other) all_here = all_here && meeting_[other].load() >= round;
      if (all_here) return;
      if (spin > 200) std::this_thread::yield();
    }
  }

  std::uint64_t seed_;
  std::size_t threads_per_rank_;
  shared_words meeting_;
};

// SB: each of two writes one variable and reads the other; one of them must see the other's write.
TEST_P(litmus_batches, store_buffering) {
  run({{[](const scene& s) {
          s.write_x();
          s.read_y(0);
        },
        [](const scene& s) {
          s.write_y();
          s.read_x(0);
        }},
       [](const outcome& seen) { return !seen[0][0] && !seen[1][0]; }});
}

// MP: who sees the flag sees the data written before it.
TEST_P(litmus_batches, message_passing) {
  run({{[](const scene& s) {
          s.write_x();
          s.write_y();
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        }},
       [](const outcome& seen) { return (seen[1][0] && !seen[1][1]) || (seen[2][0] && !seen[2][1]); }});
}

// IRIW: two readers agree on the order of two independent writes.
TEST_P(litmus_batches, independent_reads_of_independent_writes) {
  run({{[](const scene& s) { s.write_x(); }, [](const scene& s) { s.write_y(); },
        [](const scene& s) {
          s.read_x(0);
          s.read_y(1);
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        }},
       [](const outcome& seen) { return seen[2][0] && !seen[2][1] && seen[3][0] && !seen[3][1]; }});
}

// LB: two that read before they write cannot both see the other's write.
TEST_P(litmus_batches, load_buffering) {
  run({{[](const scene& s) {
          s.read_x(0);
          s.write_y();
        },
        [](const scene& s) {
          s.read_y(0);
          s.write_x();
        }},
       [](const outcome& seen) { return seen[0][0] && seen[1][0]; }});
}

// WRC: a write that was seen is seen by whoever learns of it from the one who saw it.
TEST_P(litmus_batches, write_to_read_causality) {
  run({{[](const scene& s) { s.write_x(); },
        [](const scene& s) {
          s.read_x(0);
          if (s.results[0] == s.fresh) s.write_y();
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        },
        [](const scene& s) {
          s.read_y(0);
          s.read_x(1);
        }},
       [](const outcome& seen) { return (seen[2][0] && !seen[2][1]) || (seen[3][0] && !seen[3][1]); }});
}

// CoRR: one variable never goes back.
TEST_P(litmus_batches, coherence_of_reads) {
  const auto reader = [](const scene& s) {
    s.read_x(0);
    s.read_x(1);
  };
  run({{[](const scene& s) { s.write_x(); }, reader, reader, reader}, [](const outcome& seen) {
         return (seen[1][0] && !seen[1][1]) || (seen[2][0] && !seen[2][1]) || (seen[3][0] && !seen[3][1]);
       }});
}

INSTANTIATE_TEST_SUITE_P(block_bytes, litmus_batches, ::testing::Values(8U, 64U, 4096U),
                         [](const auto& parameter) { return "Of" + std::to_string(parameter.param); });

}  // namespace
