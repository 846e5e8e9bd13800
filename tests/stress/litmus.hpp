// What litmus tests have in common: participants that play small programs on variables with random homes, many at once.
//
// Values are made of the number of the batch and the role that writes them, so they never repeat and replicas from
// earlier batches lie around. Of the instances of a batch a third are read by every participant first, so that the
// accesses under test meet replicas everywhere; of a third by nobody, and most replicas of the batch before have been
// invalidated by it; of the others by some. LIANA_TEST_BATCHES sets how many batches a test plays, 35 otherwise: the
// simulator plays more.

#pragma once

#include <functional>

#include "tests/ranks/support.hpp"
#include "tests/stress/shared_words.hpp"

namespace liana_tests {

using value = std::uint64_t;
using variable = liana::global_ptr<value>;

inline constexpr std::size_t roles = 4;
inline constexpr std::size_t results_per_role = 2;

/// One access, by one of the ways the API offers.
void store(variable at, value what, std::mt19937_64& random);
value load(variable at, std::mt19937_64& random);

/// The variables of an instance and what the role saw.
struct scene {
  variable x;
  variable y;
  variable z;
  value batch = 0;
  std::size_t role = 0;
  value* results = nullptr;
  std::mt19937_64* random = nullptr;

  void write_x() const { store(x, batch * roles + role, *random); }
  void write_y() const { store(y, batch * roles + role, *random); }
  void write_z() const { store(z, batch * roles + role, *random); }
  void read_x(std::size_t into) const { results[into] = load(x, *random); }
  void read_y(std::size_t into) const { results[into] = load(y, *random); }
  void read_z(std::size_t into) const { results[into] = load(z, *random); }
  bool saw_fresh(std::size_t in) const { return results[in] / roles == batch; }
};

struct outcome {
  /// True where the role's read saw a value of this batch.
  std::array<std::array<bool, results_per_role>, roles> fresh{};
  /// What is left when all have finished: the role that wrote it.
  std::size_t last_of_x = 0;
  std::size_t last_of_y = 0;

  const std::array<bool, results_per_role>& operator[](std::size_t role) const { return fresh[role]; }
};

struct litmus {
  std::array<std::function<void(const scene&)>, roles> programs;  ///< empty: the role does nothing
  std::function<bool(const outcome&)> forbidden;
};

/// The parameter is the size of the blocks, of which each holds one variable.
class litmus_batches : public ::testing::TestWithParam<std::size_t> {
 protected:
  litmus_batches();

  /// Runs all batches and expects that no instance ended in the forbidden outcome. Collective.
  void run(const litmus& test);

 private:
  std::vector<value> perform(const litmus& test, const liana::array<value>& memory,
                             const std::vector<std::size_t>& places, const std::vector<std::size_t>& cast,
                             value batch) const;
  void play(const litmus& test, std::size_t role, const liana::array<value>& memory,
            const std::vector<std::size_t>& places, value batch, std::vector<value>& results) const;
  bool wants_replicas(std::size_t instance, value batch, std::mt19937_64& random) const;
  void meet(std::size_t role, value round) const;

  std::uint64_t seed_;
  std::size_t threads_per_rank_;
  shared_words meeting_;
};

}  // namespace liana_tests
