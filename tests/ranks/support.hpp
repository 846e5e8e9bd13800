// What the tests under mpirun share: where ranks live, values with a checkable content, and
// collectives that do not depend on the code under test.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <liana/liana.hpp>
#include <liana/mpi.hpp>

namespace liana_tests {

/// What every rank contributes in `api_tests` and `thread_tests`: small, so that tests can fill it.
inline constexpr std::size_t segment_bytes = std::size_t{64} << 20;

/// Learns which ranks share a host. Collective over MPI_COMM_WORLD; call once after MPI is up.
void learn_hosts();

/// The host of a rank: the real one, or the pretended one that LIANA_HOSTS gives it.
int host_of(liana::rank_t rank);

/// Whether two ranks reach each other's memory by load and store.
inline bool are_near(liana::rank_t a, liana::rank_t b) { return host_of(a) == host_of(b); }

/// A rank that is far from `home`, or -1 where there is none.
liana::rank_t some_far_rank(liana::rank_t home);

/// Waits for an MPI operation and leaves the CPU to others meanwhile, which MPI's own waits do not.
inline void wait_politely(MPI_Request request) {
  for (int done = 0; done == 0;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done == 0) std::this_thread::yield();
  }
}

/// A barrier that is not Liana's: for tests in which a rank holds a guard meanwhile, or in which the
/// order must not come from the library under test.
inline void plain_barrier() {
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  wait_politely(request);
}

/// The value each rank passed, by rank. Collective.
template <class T>
std::vector<T> from_every_rank(const T& mine) {
  std::vector<T> all;
  all.reserve(static_cast<std::size_t>(liana::size()));
  for (liana::rank_t root = 0; root < liana::size(); ++root) all.push_back(liana::broadcast(mine, root));
  return all;
}

/// How often a test repeats what costs a round trip each time: `count`, or its LIANA_TEST_SHARE-th part where that is
/// set, as it is in guests, whose network is a thousand times slower; at least once.
std::size_t repetitions(std::size_t count);

/// The same seed on every rank, different in each run unless LIANA_TEST_SEED is set. Collective. Tests put it into
/// a SCOPED_TRACE, so that a failure shows it.
std::uint64_t shared_seed();

/// N bytes without alignment, to stand for objects of any size.
template <std::size_t N>
struct sized {
  std::array<unsigned char, N> bytes;
};

/// Words that are all equal in every value that somebody wrote whole.
template <std::size_t Words>
struct uniform_words {
  std::array<std::uint64_t, Words> value;

  static uniform_words filled(std::uint64_t content) {
    uniform_words result{};
    result.value.fill(content);
    return result;
  }
  bool uniform() const {
    return std::all_of(value.begin(), value.end(), [this](std::uint64_t word) { return word == value[0]; });
  }
  void increment() {
    for (std::uint64_t& word : value) ++word;
  }
};

/// The finaliser of splitmix64: neighbouring numbers get unlike bits.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// A value of any type whose bytes follow from `number`. T has no padding.
template <class T>
T numbered(std::uint64_t number) {
  std::array<unsigned char, sizeof(T)> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(mixed(number + (i / 8) * 0x10001) >> (8 * (i % 8)));
  }
  T value{};
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// Bytewise equality, also of types without ==.
template <class T>
bool same(const T& a, const T& b) {
  const auto* x = reinterpret_cast<const unsigned char*>(&a);
  const auto* y = reinterpret_cast<const unsigned char*>(&b);
  return std::equal(x, x + sizeof(T), y);
}

/// Success if `value` is `numbered<T>(number)`; the failure tells the first byte that differs.
template <class T>
::testing::AssertionResult holds(const T& value, std::uint64_t number) {
  const T expected = numbered<T>(number);
  if (same(value, expected)) return ::testing::AssertionSuccess();
  const auto* got = reinterpret_cast<const unsigned char*>(&value);
  const auto* want = reinterpret_cast<const unsigned char*>(&expected);
  const auto* differs = std::mismatch(got, got + sizeof(T), want).first;
  return ::testing::AssertionFailure() << "the value is not number " << number << ": byte " << (differs - got) << " of "
                                       << sizeof(T) << " is " << int{*differs} << ", not " << int{want[differs - got]};
}

/// Success if all bytes of `value` are zero.
template <class T>
::testing::AssertionResult is_zero(const T& value) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&value);
  const auto* other = std::find_if(bytes, bytes + sizeof(T), [](unsigned char byte) { return byte != 0; });
  if (other == bytes + sizeof(T)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "byte " << (other - bytes) << " of " << sizeof(T) << " is " << int{*other};
}

/// Success if `action` throws an Error whose text contains every one of `needles`.
template <class Error, class F>
::testing::AssertionResult throws_naming(F&& action, std::initializer_list<std::string> needles) {
  try {
    action();
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const std::string& needle : needles) {
      if (text.find(needle) == std::string::npos) {
        return ::testing::AssertionFailure() << "the text does not contain '" << needle << "': " << text;
      }
    }
    return ::testing::AssertionSuccess();
  } catch (const std::exception& error) {
    return ::testing::AssertionFailure() << "threw another type of error: " << error.what();
  }
  return ::testing::AssertionFailure() << "threw nothing";
}

}  // namespace liana_tests
