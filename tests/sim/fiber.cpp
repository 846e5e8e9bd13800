#include "tests/sim/fiber.hpp"

#include <cxxabi.h>

#include <cstring>
#include <new>
#include <utility>
#include <vector>

namespace liana_tests::sim {
namespace {

constexpr std::size_t stack_bytes = std::size_t{256} * 1024;

/// Stacks are used again: many thousand fibers come and go.
std::vector<std::byte*>& spare_stacks() {
  static std::vector<std::byte*> stacks;
  return stacks;
}

std::byte* take_stack() {
  auto& spare = spare_stacks();
  if (spare.empty()) {
    return static_cast<std::byte*>(::operator new (stack_bytes, std::align_val_t{4096}));
  }
  std::byte* const taken = spare.back();
  spare.pop_back();
  return taken;
}

}  // namespace

fiber::fiber(std::function<void()> body) : body_(std::move(body)), stack_(take_stack()) {}

fiber::~fiber() { spare_stacks().push_back(stack_); }

void fiber::enter(unsigned int high, unsigned int low) {
  auto* const self = reinterpret_cast<fiber*>((static_cast<std::uintptr_t>(high) << 32U) | low);
  self->body_();
  self->ended_ = true;
  self->suspend();
}

/// The C++ run-time keeps the exceptions being handled per thread of the process.
void fiber::swap_exceptions() {
  handled_exceptions now;
  auto* const globals = abi::__cxa_get_globals();
  std::memcpy(static_cast<void*>(&now), static_cast<const void*>(globals), sizeof now);
  std::memcpy(static_cast<void*>(globals), &exceptions_, sizeof now);
  exceptions_ = now;
}

/// By setjmp and longjmp, because swapcontext makes two system calls; only the first entry needs a context.
void fiber::resume() {
  swap_exceptions();
  if (_setjmp(outside_) == 0) {
    if (begun_) {
      _longjmp(inside_, 1);
    }
    begun_ = true;
    getcontext(&start_);
    start_.uc_stack.ss_sp = stack_;
    start_.uc_stack.ss_size = stack_bytes;
    start_.uc_link = nullptr;
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    makecontext(&start_, reinterpret_cast<void (*)()>(&fiber::enter), 2, static_cast<unsigned int>(self >> 32U),
                static_cast<unsigned int>(self & 0xFFFFFFFFU));
    swapcontext(&resumer_start_, &start_);
  }
  swap_exceptions();
}

void fiber::suspend() {
  if (_setjmp(inside_) == 0) {
    _longjmp(outside_, 1);
  }
}

}  // namespace liana_tests::sim
