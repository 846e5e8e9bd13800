#include "transport/verbs/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "transport/verbs/failures.hpp"

namespace liana::transport::verbs {
namespace {

ibv_mr* register_memory(const protection_domain& domain, std::span<std::byte> memory) {
  // No IBV_ACCESS_RELAXED_ORDERING, see memory_region.
  constexpr unsigned access =
      IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_READ | IBV_ACCESS_REMOTE_WRITE | IBV_ACCESS_REMOTE_ATOMIC;
  ibv_mr* const region = ibv_reg_mr(domain.get(), memory.data(), memory.size(), access);
  if (region == nullptr) {
    const int error = errno;
    give_up("ibv_reg_mr(" + domain.device().name() + ", " + std::to_string(memory.size()) + " bytes)", error,
            registration_remedy(error, memory.size()));
  }
  return region;
}

}  // namespace

protection_domain::protection_domain(std::shared_ptr<device_context> device)
    : device_(std::move(device)), domain_(ibv_alloc_pd(device_->get())) {
  if (domain_ == nullptr) {
    give_up("ibv_alloc_pd(" + device_->name() + ")", errno);
  }
}

memory_region::memory_region(std::shared_ptr<protection_domain> domain, std::span<std::byte> memory)
    : domain_(std::move(domain)), region_(register_memory(*domain_, memory)) {}

shared_pages::shared_pages(std::size_t bytes) : memory_(map(bytes)) {}

shared_pages::mapping shared_pages::map(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t whole = (bytes + page - 1) / page * page;
  void* const mapped = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    give_up("mmap(" + std::to_string(whole) + " bytes)", errno);
  }
  return {static_cast<std::byte*>(mapped), unmapper{whole}};
}

void shared_pages::unmapper::operator()(std::byte* memory) const noexcept { ::munmap(memory, bytes); }

}  // namespace liana::transport::verbs
