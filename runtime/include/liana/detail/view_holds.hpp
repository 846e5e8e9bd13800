#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <liana/detail/access.hpp>
#include <liana/detail/address.hpp>

namespace liana::detail {

/// Owns the holds of the blocks of a view; without allocation when it is one block. Holds nothing at first, and after
/// `close`.
class read_holds {
 public:
  read_holds() = default;
  read_holds(read_holds&& other) noexcept
      : one_(moved(std::exchange(other.one_, {}))), many_(moved(std::exchange(other.many_, {}))) {}
  read_holds& operator=(read_holds&& other) noexcept {
    if (this != &other) {
      close();
      one_ = moved(std::exchange(other.one_, {}));
      many_ = moved(std::exchange(other.many_, {}));
    }
    return *this;
  }
  read_holds(const read_holds&) = delete;
  read_holds& operator=(const read_holds&) = delete;
  ~read_holds() { close(); }

  /// Takes the block of `at` and returns where `at` lies.
  const std::byte* open(address at, std::size_t bytes) {
    one_ = open_read(at, bytes);
    return one_.data;
  }

  /// Takes `blocks`; `data(i)` then tells where the one at `blocks[i]` lies.
  void open(std::span<const address> blocks) { many_ = open_reads(blocks); }
  [[nodiscard]] const std::byte* data(std::size_t i) const { return many_.holds[i].data; }

  void close() noexcept {
    if (one_.data != nullptr) {
      close_read(one_);
      one_ = {};
    }
    if (!many_.holds.empty()) {
      close_reads(many_);
      many_ = {};
    }
  }

 private:
  read_hold one_{};
  read_hold_set many_{};
};

/// The same for writing. `close` publishes what was written, and holds nothing afterwards even if it throws; the
/// destructor publishes too, and logs what goes wrong.
class write_holds {
 public:
  write_holds() = default;
  write_holds(write_holds&& other) noexcept
      : one_(moved(std::exchange(other.one_, {}))), many_(moved(std::exchange(other.many_, {}))) {}
  write_holds& operator=(write_holds&& other) noexcept {
    if (this != &other) {
      close_noexcept();
      one_ = moved(std::exchange(other.one_, {}));
      many_ = moved(std::exchange(other.many_, {}));
    }
    return *this;
  }
  write_holds(const write_holds&) = delete;
  write_holds& operator=(const write_holds&) = delete;
  ~write_holds() { close_noexcept(); }

  std::byte* open(address at, std::size_t bytes) {
    one_ = open_write(at, bytes);
    return one_.data;
  }
  void open(std::span<const address> blocks) { many_ = open_writes(blocks); }
  [[nodiscard]] std::byte* data(std::size_t i) const { return many_[i].data; }

  void close() {
    if (one_.data != nullptr) {
      write_hold hold = std::exchange(one_, {});
      close_write(hold);
    }
    if (!many_.empty()) {
      std::vector<write_hold> holds = std::exchange(many_, {});
      close_writes(holds);
    }
  }

 private:
  void close_noexcept() noexcept {
    if (one_.data != nullptr) {
      close_write_noexcept(one_);
      one_ = {};
    }
    if (!many_.empty()) {
      close_writes_noexcept(many_);
      many_ = {};
    }
  }

  write_hold one_{};
  std::vector<write_hold> many_{};
};

}  // namespace liana::detail
