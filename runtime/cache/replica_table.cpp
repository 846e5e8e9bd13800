#include "runtime/cache/replica_table.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>
#include <stdexcept>
#include <string>

#include <liana/detail/access.hpp>

namespace liana::detail {
namespace {

constexpr std::uint64_t make_reference(std::uint32_t tag, replica_number number) {
  return (std::uint64_t{tag} << 32U) | (number + std::uint64_t{1});
}

std::uint64_t references_for(std::uint64_t replicas) {
  return std::max<std::uint64_t>(2 * replica_place::ways, std::bit_ceil(replicas * 2));
}

}  // namespace

void replica_table::unmap::operator()(void* first) const { ::munmap(first, bytes); }

template <class Element>
replica_table::memory<Element> replica_table::zeroed(std::uint64_t elements) {
  const std::size_t bytes = elements * sizeof(Element);
  void* const first =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (first == MAP_FAILED) {
    throw std::bad_alloc();
  }
  return memory<Element>(static_cast<Element*>(first), unmap{bytes});
}

replica_table::replica_table(std::uint64_t replicas)
    : references_(zeroed<reference>(references_for(replicas))),
      bucket_mask_(references_for(replicas) / replica_place::ways - 1),
      hints_(zeroed<std::atomic<std::uint32_t>>(references_for(replicas))),
      hint_mask_(references_for(replicas) - 1) {}

replica_hit find_in_table(const context& here, address at) noexcept {
  const address block = at.block();
  const auto place = replica_place::of(block, here.bucket_mask);
  for (const std::uint64_t bucket : {place.first, place.second}) {
    const std::atomic<std::uint64_t>* const references = here.table + bucket * replica_place::ways;
    for (std::size_t way = 0; way < replica_place::ways; ++way) {
      const std::uint64_t reference = references[way].load(std::memory_order_acquire);
      if (static_cast<std::uint32_t>(reference >> 32U) != place.tag || static_cast<std::uint32_t>(reference) == 0) {
        continue;
      }
      replica* const copy = here.replicas + (static_cast<std::uint32_t>(reference) - 1);
      const std::uint64_t sequence = copy->sequence.load(std::memory_order_acquire);
      if (copy->block.load(std::memory_order_relaxed) == block.bits()) {
        // Release: a thread that follows the hint finds the header made, as this thread has.
        here.hints[spread(block) & here.hint_mask].store(static_cast<std::uint32_t>(reference),
                                                         std::memory_order_release);
        return {.copy = copy, .sequence = sequence};
      }
    }
  }
  return {};
}

replica* replica_table::find(address block, replica* replicas) const {
  const auto place = replica_place::of(block, bucket_mask_);
  for (const std::uint64_t number : {place.first, place.second}) {
    const reference* const references = bucket(number);
    for (std::size_t way = 0; way < replica_place::ways; ++way) {
      const std::uint64_t found = references[way].load(std::memory_order_relaxed);
      if (static_cast<std::uint32_t>(found) == 0 || static_cast<std::uint32_t>(found >> 32U) != place.tag) {
        continue;
      }
      replica* const copy = replicas + (static_cast<std::uint32_t>(found) - 1);
      if (copy->block.load(std::memory_order_relaxed) == block.bits()) {
        return copy;
      }
    }
  }
  return nullptr;
}

bool replica_table::insert(address block, replica_number number) {
  const auto place = replica_place::of(block, bucket_mask_);
  reference* free = nullptr;
  std::size_t most_free = 0;
  for (const std::uint64_t each : {place.first, place.second}) {
    std::size_t free_ways = 0;
    reference* free_here = nullptr;
    for (std::size_t way = 0; way < replica_place::ways; ++way) {
      if (bucket(each)[way].load(std::memory_order_relaxed) == 0) {
        free_here = free_ways++ == 0 ? bucket(each) + way : free_here;
      }
    }
    if (free_ways > most_free) {
      most_free = free_ways;
      free = free_here;
    }
  }
  if (free == nullptr) {
    return false;
  }
  const std::uint64_t made = make_reference(place.tag, number);
  free->store(made, std::memory_order_release);
  hints_[spread(block) & hint_mask_].store(static_cast<std::uint32_t>(made), std::memory_order_release);
  return true;
}

void replica_table::remove(address block, replica_number number) {
  const auto place = replica_place::of(block, bucket_mask_);
  const std::uint64_t wanted = make_reference(place.tag, number);
  for (const std::uint64_t each : {place.first, place.second}) {
    for (std::size_t way = 0; way < replica_place::ways; ++way) {
      if (bucket(each)[way].load(std::memory_order_relaxed) == wanted) {
        bucket(each)[way].store(0, std::memory_order_relaxed);
        return;
      }
    }
  }
  throw std::logic_error("replica_table::remove(block " + std::to_string(block.bits()) + ", replica " +
                         std::to_string(number) + "): it is not in the table");
}

std::array<replica_number, 2 * replica_place::ways> replica_table::residents(address block) const {
  const auto place = replica_place::of(block, bucket_mask_);
  std::array<replica_number, 2 * replica_place::ways> found{};
  for (std::size_t way = 0; way < replica_place::ways; ++way) {
    found[way] = static_cast<std::uint32_t>(bucket(place.first)[way].load(std::memory_order_relaxed)) - 1;
    found[way + replica_place::ways] =
        static_cast<std::uint32_t>(bucket(place.second)[way].load(std::memory_order_relaxed)) - 1;
  }
  return found;
}

}  // namespace liana::detail
