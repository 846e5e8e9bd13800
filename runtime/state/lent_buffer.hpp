#pragma once

#include "runtime/state/operation_buffers.hpp"
#include "runtime/state/runtime_state.hpp"

namespace liana::detail {

/// An operation buffer that is given back. What was posted with it has ended by then.
class lent_buffer {
 public:
  /// Throws resource_error when all are lent.
  explicit lent_buffer(runtime_state& state) : state_(state), buffer_(state.take_buffer()) {}
  lent_buffer(const lent_buffer&) = delete;
  lent_buffer& operator=(const lent_buffer&) = delete;
  lent_buffer(lent_buffer&&) = delete;
  lent_buffer& operator=(lent_buffer&&) = delete;
  ~lent_buffer() { state_.buffers->give_back(buffer_); }

  [[nodiscard]] operation_buffer& get() const { return *buffer_; }
  operation_buffer* operator->() const { return buffer_; }

 private:
  runtime_state& state_;
  operation_buffer* buffer_;
};

}  // namespace liana::detail
