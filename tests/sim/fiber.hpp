// Threads of a simulated rank: each has a stack, and all take turns on one thread of the process.
#pragma once

#include <ucontext.h>

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace liana_tests::sim {

/// A function on a stack of its own. `resume` runs it until it calls `suspend` or ends. What the language and the
/// library keep per thread (exceptions being handled) is kept per fiber.
class fiber {
 public:
  explicit fiber(std::function<void()> body);
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;
  fiber(fiber&&) = delete;
  fiber& operator=(fiber&&) = delete;
  ~fiber();

  void resume();
  /// From within.
  void suspend();
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  struct handled_exceptions {
    void* caught = nullptr;
    unsigned int uncaught = 0;
  };
  static void enter(unsigned int high, unsigned int low);
  void swap_exceptions();

  std::function<void()> body_;
  std::byte* stack_;
  ucontext_t start_{};
  ucontext_t resumer_start_{};
  jmp_buf inside_{};
  jmp_buf outside_{};
  handled_exceptions exceptions_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace liana_tests::sim
