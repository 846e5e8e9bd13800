#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <liana/detail/rank.hpp>

namespace liana {

/// The value of `options::warn_after` and `options::timeout` that means "never"; the variables say `none`.
inline constexpr std::chrono::duration<double> no_time_limit{std::numeric_limits<double>::infinity()};

/// Value of `options::hosts`: a word or a number, `.hosts = "each"` as well as `.hosts = 2`.
class hosts_option {
 public:
  // NOLINTBEGIN(google-explicit-constructor, hicpp-explicit-conversions): conversion is what these two classes are for
  hosts_option(const char* text) : text_(text) {}
  hosts_option(std::string text) : text_(std::move(text)) {}
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) hosts_option(Integer count) : text_(std::to_string(count)) {}
  // NOLINTEND(google-explicit-constructor, hicpp-explicit-conversions)

  /// What `LIANA_HOSTS` would say.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Value of `options::stats`: a word or a truth value, `.stats = "json:run.json"` as well as `.stats = true`.
class stats_option {
 public:
  // NOLINTBEGIN(google-explicit-constructor, hicpp-explicit-conversions): as above
  stats_option(const char* text) : text_(text) {}
  stats_option(std::string text) : text_(std::move(text)) {}
  /// Constrained, because any pointer converts to `bool`.
  stats_option(std::same_as<bool> auto on) : text_(on ? "on" : "off") {}
  // NOLINTEND(google-explicit-constructor, hicpp-explicit-conversions)

  /// What `LIANA_STATS` would say.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Settings of a runtime, for its constructor: `liana::options{.segment_bytes = 1u << 30, .timeout = 30s}`.
///
/// A field that is left alone takes the value of its environment variable or, where that is not set, the default. A
/// value set here wins over the variable. Both are checked: a value that is out of range or contradicts another one,
/// here or in the environment, makes the constructor of the runtime throw a `config_error`, before anything is started.
///
/// Sizes in variables are whole numbers, plain or directly followed by K, M, G, T or KiB, MiB, GiB, TiB, always powers
/// of 1024. Durations in variables are decimal numbers, plain (seconds) or directly followed by ms, s, min or h, or the
/// word `none`.
struct options {
  /// `LIANA_TRANSPORT`, default "auto". "shm": shared memory, for ranks of one host. "verbs": RDMA. "auto": shm where
  /// all ranks share one host, otherwise verbs between hosts and shared memory within each.
  std::optional<std::string> transport{};

  /// `LIANA_SEGMENT_BYTES`, default (`auto` in the variable) 1 GiB, or less where the host has less: the segments and
  /// caches of all its ranks take four fifths of the free shared memory at most, and of what the job's control group
  /// may still take; with verbs also what a process may lock. Bytes for the objects and arrays of this rank; 64 KiB to
  /// 8 TiB, rounded up to whole pages. The cache comes on top. What is set is taken, or the start throws.
  std::optional<std::size_t> segment_bytes{};

  /// `LIANA_CACHE_BYTES`, default (`auto` in the variable) a quarter of a segment whose size is left open too, else 256
  /// MiB or what there is. Bytes of replicas that this rank may hold; 64 KiB to 8 TiB, rounded up to whole pages. No
  /// less than 64 KiB, because a bulk access and the guards of several threads pin several blocks of the default 4 KiB
  /// at once.
  std::optional<std::size_t> cache_bytes{};

  /// `LIANA_HOSTS`, default "real". "each": every rank counts as a host of its own. A number n from 1 to 65536: host =
  /// rank % n. The last two make one machine behave as several, for tests.
  std::optional<hosts_option> hosts{};

  /// `LIANA_VALIDITY_WORDS`, default 262144. Words of 8 bytes, per host, by which replicas are invalidated: a power of
  /// two from 1 to 2^32. Fewer words save memory and cost spurious misses.
  std::optional<std::size_t> validity_words{};

  /// `LIANA_DEVICE`, default "auto", the nearest one. Name of the RDMA device, as `ibv_devices` prints it. Only without
  /// transport "shm".
  std::optional<std::string> device{};

  /// `LIANA_PORT`, default (`auto` in the variable) the first active one. Port of the device, 1 to 255. Only without
  /// transport "shm".
  std::optional<int> port{};

  /// `LIANA_GID_INDEX`, default (`auto` in the variable) the best one. Index in the port's GID table, 0 to 255, where
  /// verbs keeps it in a byte. Only without transport "shm".
  std::optional<int> gid_index{};

  /// `LIANA_STATS`, default "off". "on" (also "1" and true): a table over all ranks at the end. "json:FILE": the same
  /// into FILE.
  std::optional<stats_option> stats{};

  /// `LIANA_WARN_AFTER`, default 10 s. A wait that lasts this long is reported. More than 0, at most 10^9 s, or
  /// `no_time_limit`. Takes any duration of `std::chrono`.
  std::optional<std::chrono::duration<double>> warn_after{};

  /// `LIANA_TIMEOUT`, default none. A wait that lasts this long throws a `timeout_error`. Range and type as for
  /// `warn_after`.
  std::optional<std::chrono::duration<double>> timeout{};
};

}  // namespace liana
