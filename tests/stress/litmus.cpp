#include "tests/stress/litmus.hpp"

#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <thread>

namespace liana_tests {

namespace {

constexpr std::size_t instances = 64;
constexpr std::size_t variables_per_instance = 3;

std::size_t batches_to_play() {
  const char* const wanted = std::getenv("LIANA_TEST_BATCHES");
  const std::size_t batches = wanted == nullptr ? 35 : std::strtoull(wanted, nullptr, 10);
  if (batches == 0) throw std::invalid_argument("LIANA_TEST_BATCHES is not a number above 0");
  return batches;
}

// Of each role what it read, and at the end what is left of x and y.
constexpr std::size_t results_per_instance = roles * results_per_role + 2;

std::size_t result_index(std::size_t instance, std::size_t role) {
  return instance * results_per_instance + role * results_per_role;
}

outcome outcome_of(const std::vector<value>& results, std::size_t instance, value batch) {
  outcome seen;
  for (std::size_t role = 0; role < roles; ++role) {
    for (std::size_t k = 0; k < results_per_role; ++k) {
      seen.fresh[role][k] = results[result_index(instance, role) + k] / roles == batch;
    }
  }
  const value* const left = &results[result_index(instance, roles)];
  seen.last_of_x = left[0] % roles;
  seen.last_of_y = left[1] % roles;
  return seen;
}

void read_what_is_left(const liana::array<value>& memory, const std::vector<std::size_t>& places,
                       std::vector<value>& results) {
  for (std::size_t i = 0; i < instances; ++i) {
    value* const left = &results[result_index(i, roles)];
    left[0] = memory.ptr(places[variables_per_instance * i]).get();
    left[1] = memory.ptr(places[variables_per_instance * i + 1]).get();
  }
}

}  // namespace

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

litmus_batches::litmus_batches()
    : seed_(shared_seed()),
      threads_per_rank_((roles + static_cast<std::size_t>(liana::size()) - 1) /
                        static_cast<std::size_t>(liana::size())),
      meeting_(roles) {}

void litmus_batches::run(const litmus& test) {
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
      violations += test.forbidden(outcome_of(results, i, batch)) ? 1U : 0U;
    }
  }
  EXPECT_EQ(violations, 0U) << "of " << rounds << " rounds ended in the forbidden outcome";
  EXPECT_EQ(rounds, batches * instances);
  liana::destroy(memory);
}

// Plays one batch; returns what all roles read, on every rank.
std::vector<value> litmus_batches::perform(const litmus& test, const liana::array<value>& memory,
                                           const std::vector<std::size_t>& places, const std::vector<std::size_t>& cast,
                                           value batch) const {
  std::vector<value> results(instances * results_per_instance, 0);
  std::vector<std::thread> players;
  plain_barrier();
  for (std::size_t role = 0; role < roles; ++role) {
    if (cast[role] / threads_per_rank_ != static_cast<std::size_t>(liana::rank())) continue;
    players.emplace_back([&, role] { play(test, role, memory, places, batch, results); });
  }
  for (std::thread& player : players) player.join();
  plain_barrier();
  if (liana::rank() == static_cast<liana::rank_t>(batch % static_cast<value>(liana::size()))) {
    read_what_is_left(memory, places, results);
  }
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(MPI_IN_PLACE, results.data(), static_cast<int>(results.size()), MPI_UINT64_T, MPI_MAX, MPI_COMM_WORLD,
                 &request);
  wait_politely(request);
  return results;
}

// Whether the role reads the variables of the instance first.
bool litmus_batches::wants_replicas(std::size_t instance, value batch, std::mt19937_64& random) const {
  const std::uint64_t kind = mixed(mixed(seed_ + batch) + instance) % 3;
  return kind == 0 || (kind == 1 && random() % 2 == 0);
}

void litmus_batches::play(const litmus& test, std::size_t role, const liana::array<value>& memory,
                          const std::vector<std::size_t>& places, value batch, std::vector<value>& results) const {
  try {
    std::mt19937_64 random(mixed(seed_ + batch * roles + role));
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!wants_replicas(i / variables_per_instance, batch, random)) continue;
      EXPECT_LT(memory.ptr(places[i]).get(), (batch + 1) * roles);
    }
    for (std::size_t i = 0; i < instances; ++i) {
      const std::size_t first = variables_per_instance * i;
      const scene here{memory.ptr(places[first]),
                       memory.ptr(places[first + 1]),
                       memory.ptr(places[first + 2]),
                       batch,
                       role,
                       results.data() + result_index(i, role),
                       &random};
      meet(role, (batch - 1) * instances + i + 1);
      if (test.programs[role]) test.programs[role](here);
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << "role " << role << ": " << error.what();
  }
}

// Waits a little for the other roles, so that the programs overlap; never for long, so that nothing depends on it.
void litmus_batches::meet(std::size_t role, value round) const {
  meeting_[role].store(round);
  for (int spin = 0; spin < 300; ++spin) {
    bool all_here = true;
    for (std::size_t other = 0; other < roles; ++other) all_here = all_here && meeting_[other].load() >= round;
    if (all_here) return;
    if (spin > 200) std::this_thread::yield();
  }
}

}  // namespace liana_tests
