#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <infiniband/verbs.h>

#include "transport/verbs/device_context.hpp"

namespace liana::transport::verbs {

/// What registered memory and queue pairs belong to. Move-only; holds its device.
class protection_domain {
 public:
  /// Throws `unavailable`.
  explicit protection_domain(std::shared_ptr<device_context> device);

  [[nodiscard]] ibv_pd* get() const { return domain_.get(); }
  [[nodiscard]] const device_context& device() const { return *device_; }

 private:
  struct deleter {
    void operator()(ibv_pd* domain) const noexcept { ibv_dealloc_pd(domain); }
  };
  std::shared_ptr<device_context> device_;
  std::unique_ptr<ibv_pd, deleter> domain_;
};

/// Memory that the device reads and writes, for this rank and for others. Move-only; holds its domain, not the memory,
/// which must be there until this is gone.
///
/// Registered without IBV_ACCESS_RELAXED_ORDERING: the protocol counts on a device that makes its writes visible in the
/// order in which they arrive, as its marks, stamps and locks follow what they guard.
class memory_region {
 public:
  /// Pins all of it. Throws `unavailable` with the limit that was met and how to raise it.
  memory_region(std::shared_ptr<protection_domain> domain, std::span<std::byte> memory);

  [[nodiscard]] std::uint32_t local_key() const { return region_->lkey; }
  [[nodiscard]] std::uint32_t remote_key() const { return region_->rkey; }
  [[nodiscard]] std::span<std::byte> memory() const {
    return {static_cast<std::byte*>(region_->addr), region_->length};
  }

 private:
  struct deleter {
    void operator()(ibv_mr* region) const noexcept { ibv_dereg_mr(region); }
  };
  std::shared_ptr<protection_domain> domain_;
  std::unique_ptr<ibv_mr, deleter> region_;
};

/// A few pages of this process for what the device needs besides the segment. MAP_SHARED, though nobody shares them, so
/// that a fork does not turn them into copies under the device's hands. Move-only.
class shared_pages {
 public:
  /// At least `bytes`, zeroed. Throws `unavailable`.
  explicit shared_pages(std::size_t bytes);

  [[nodiscard]] std::span<std::byte> memory() const { return {memory_.get(), memory_.get_deleter().bytes}; }

 private:
  struct unmapper {
    std::size_t bytes;
    void operator()(std::byte* memory) const noexcept;
  };
  using mapping = std::unique_ptr<std::byte, unmapper>;
  static mapping map(std::size_t bytes);

  mapping memory_;
};

}  // namespace liana::transport::verbs
