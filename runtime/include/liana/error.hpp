#pragma once

#include <stdexcept>
#include <string>

#include <liana/detail/rank.hpp>

namespace liana {

/// What every exception of Liana derives from. `what()` says the operation, its arguments, the exact cause and, where
/// known, the remedy.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A setting that does not parse, contradicts another one, or asks for what this build or machine does not have. Thrown
/// before anything is started.
class config_error : public error {
 public:
  using error::error;
};

/// Memory, a limit of the system or a device is not there: says what was asked for, what is free and which setting
/// raises it.
class resource_error : public error {
 public:
  using error::error;
};

/// A call that cannot be right: a null or foreign pointer, an index out of range, a runtime that is not there,
/// collective calls that differ between ranks, a second guard on a block that this thread holds for writing.
class usage_error : public error {
 public:
  using error::error;
};

/// Another rank is gone while this one needs it.
class peer_error : public error {
 public:
  peer_error(rank_t peer, const std::string& text) : error(text), peer_(peer) {}

  /// The rank that is gone.
  [[nodiscard]] rank_t peer() const noexcept { return peer_; }

 private:
  rank_t peer_;
};

/// A wait lasted longer than `options::timeout`.
class timeout_error : public error {
 public:
  using error::error;
};

}  // namespace liana
