#include "runtime/objects/pool_memory.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include <liana/error.hpp>

#include "allocator/segment_allocator.hpp"
#include "runtime/state/segment_layout.hpp"
#include "transport/shared_segment.hpp"

namespace liana::detail {
namespace {

/// All of /dev/shm, used or not; 0 where it has no limit.
std::uint64_t shared_memory_size() {
  struct statvfs facts = {};
  return statvfs("/dev/shm", &facts) == 0 ? std::uint64_t{facts.f_blocks} * facts.f_frsize : 0;
}

/// A segment that is much larger than /dev/shm, which refuses at once, and takes nothing, what is larger than itself.
class full_shared_memory : public testing::Test {
 protected:
  void SetUp() override {
    const std::uint64_t size = shared_memory_size();
    if (size == 0 || size > pool_bytes / 4) {
      GTEST_SKIP() << "/dev/shm has " << size << " bytes, too many (0: no limit) to ask for more";
    }
    layout = segment_layout::make(pool_bytes, std::size_t{1} << 20, 1024);
    segment = transport::shared_segment::create("/liana-test-" + std::to_string(getpid()), layout.bytes);
    segment.unlink();
  }

  template <class Action>
  static std::string resource_error_of(Action action) {
    try {
      action();
    } catch (const resource_error& error) {
      return error.what();
    }
    return "no resource_error";
  }

  static constexpr std::size_t pool_bytes = std::size_t{1} << 39;
  segment_layout layout;
  transport::shared_segment segment;
};

TEST_F(full_shared_memory, is_a_resource_error_that_says_what_to_do) {
  pool_memory pool(segment, layout);
  const std::string text = resource_error_of([&] { pool.commit(0, pool_bytes / 2); });
  for (const char* part : {"memory for shared objects", "274877906944", "LIANA_SEGMENT_BYTES", "LIANA_CACHE_BYTES",
                           "mount -o remount", "/dev/shm"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
  }
}

TEST_F(full_shared_memory, for_a_whole_segment_says_that_devices_need_it) {
  const std::string text = resource_error_of([&] { commit_whole(segment); });
  EXPECT_NE(text.find("a whole segment, as RDMA devices need it"), std::string::npos) << text;
}

TEST_F(full_shared_memory, leaves_the_pool_as_it_was) {
  pool_memory pool(segment, layout);
  allocator::segment_allocator objects(pool_bytes, pool);
  const std::size_t free = objects.usage().free_bytes;
  EXPECT_NE(resource_error_of([&] { (void)objects.allocate(30, (pool_bytes / 2) >> 30U); }), "no resource_error");
  EXPECT_EQ(objects.usage().free_bytes, free);
  EXPECT_EQ(objects.usage().live_allocations, 0U);
  const allocator::allocation small = objects.allocate(12, 1);
  objects.free(small);
  EXPECT_EQ(objects.usage().free_bytes, free);
}

}  // namespace
}  // namespace liana::detail
