#include "runtime/cache/replica_headers.hpp"

#include <algorithm>
#include <new>

namespace liana::detail {

replica_headers::replica_headers(std::span<std::byte> memory, const commit_function& commit)
    : memory_(memory),
      commit_(commit),
      first_(reinterpret_cast<replica*>(memory.data())),
      capacity_(std::min<std::uint64_t>(most, memory.size() / sizeof(replica))) {}

replica* replica_headers::take() {
  if (first_free_ != 0) {
    replica& copy = first_[first_free_ - 1];
    first_free_ = copy.version.load(std::memory_order_relaxed);
    ++used_;
    return &copy;
  }
  if (made_ == capacity_) {
    return nullptr;
  }
  if ((made_ + 1) * sizeof(replica) > committed_bytes_) {
    const std::uint64_t bytes = std::min<std::uint64_t>(commit_bytes, memory_.size() - committed_bytes_);
    commit_(memory_.data() + committed_bytes_, bytes);
    committed_bytes_ += bytes;
  }
  ++used_;
  return new (first_ + made_++) replica;
}

void replica_headers::give(replica& unused) noexcept {
  unused.version.store(first_free_, std::memory_order_relaxed);
  first_free_ = number_of(unused) + std::uint64_t{1};
  --used_;
}

}  // namespace liana::detail
