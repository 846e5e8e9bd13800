// Segments of simulated ranks: the interface of transport/shared_segment.hpp over the arena instead of POSIX shared
// memory.

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "tests/sim/arena.hpp"
#include "transport/shared_segment.hpp"
#include "transport/transport.hpp"

namespace liana_tests::sim {
namespace {

std::byte* reserve() {
  void* const memory =
      ::mmap(nullptr, arena::bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

std::mutex used_mutex;  // ranks may be real threads
std::size_t used = 0;
std::size_t ever_used = 0;

}  // namespace

std::byte* const arena::memory = reserve();

std::byte* arena::take(std::size_t size) {
  constexpr std::size_t page = 4096;
  size = (size + page - 1) / page * page;
  const std::scoped_lock lock(used_mutex);
  if (memory == nullptr || used + size > bytes) {
    throw std::bad_alloc();
  }
  std::byte* const taken = memory + used;
  used += size;
  if (ever_used > used - size) {
    std::memset(taken, 0, std::min(size, ever_used - (used - size)));
  }
  ever_used = std::max(ever_used, used);
  return taken;
}

void arena::reset() {
  const std::scoped_lock lock(used_mutex);
  used = 0;
}

}  // namespace liana_tests::sim

namespace liana::transport {
namespace {

struct made_segment {
  std::byte* data = nullptr;
  std::size_t bytes = 0;
};

std::mutex by_name_mutex;

std::map<std::string, made_segment>& by_name() {
  static std::map<std::string, made_segment> segments;
  return segments;
}

}  // namespace

shared_segment shared_segment::create(const std::string& name, std::size_t bytes) {
  shared_segment made;
  made.data_ = liana_tests::sim::arena::take(bytes);
  made.bytes_ = bytes;
  made.name_ = name;
  const std::scoped_lock lock(by_name_mutex);
  by_name()[name] = {.data = made.data_, .bytes = bytes};
  return made;
}

shared_segment shared_segment::attach(const std::string& name, std::size_t /*bytes*/, rank_t /*owner*/) {
  const std::scoped_lock lock(by_name_mutex);
  const auto found = by_name().find(name);
  if (found == by_name().end()) {
    throw unavailable("no simulated segment " + name);
  }
  shared_segment made;
  made.data_ = found->second.data;
  made.bytes_ = found->second.bytes;
  return made;
}

shared_segment::~shared_segment() { unlink(); }

void shared_segment::swap(shared_segment& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(file_, other.file_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(whole_, other.whole_);
}

void shared_segment::unlink() {
  if (!name_.empty()) {
    const std::scoped_lock lock(by_name_mutex);
    by_name().erase(name_);
    name_.clear();
  }
}

void shared_segment::commit_whole() { whole_ = true; }
void shared_segment::commit(std::size_t /*offset*/, std::size_t /*bytes*/) const {}
// The arena keeps them. NOLINTNEXTLINE(readability-convert-member-functions-to-static)
void shared_segment::keep_addresses() noexcept {}
// Nobody forks. NOLINTNEXTLINE(readability-convert-member-functions-to-static)
void shared_segment::forget() noexcept {}
// The network knows who is gone. NOLINTNEXTLINE(readability-convert-member-functions-to-static)
bool shared_segment::owner_gone() const { return false; }

std::size_t shared_memory_free() { return liana_tests::sim::arena::bytes; }
int remove_leftovers(const std::string& /*prefix*/) { return 0; }

}  // namespace liana::transport
