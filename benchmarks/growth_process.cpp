#include "growth_process.hpp"

#include <malloc.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

namespace growth {
namespace {

constexpr const char* segment_prefix = "/dev/shm/liana-";
constexpr std::int64_t kibibyte = 1024;

std::ifstream open(const char* name) {
  std::ifstream file(name);
  if (!file) {
    throw std::runtime_error(std::string("cannot read ") + name + "; is /proc mounted?");
  }
  return file;
}

/// Adds what /proc/self/smaps tells: a line for each mapping, with its file, and its figures in lines below.
void add_mappings(process_size& to) {
  std::ifstream file = open("/proc/self/smaps");
  bool segment = false;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    std::int64_t kibibytes = 0;
    words >> key;
    if (key.back() != ':') {
      segment = line.find(segment_prefix) != std::string::npos;
    } else if (words >> kibibytes) {
      if (key == "Size:") {
        to.virtual_bytes += kibibytes * kibibyte;
      } else if (segment && key == "Rss:") {
        to.segments_bytes += kibibytes * kibibyte;
      } else if (!segment && (key == "Private_Clean:" || key == "Private_Dirty:")) {
        to.private_bytes += kibibytes * kibibyte;
      }
    }
  }
}

}  // namespace

process_size operator-(const process_size& now, const process_size& before) {
  return {.private_bytes = now.private_bytes - before.private_bytes,
          .heap_bytes = now.heap_bytes - before.heap_bytes,
          .segments_bytes = now.segments_bytes - before.segments_bytes,
          .virtual_bytes = now.virtual_bytes - before.virtual_bytes,
          .descriptors = now.descriptors - before.descriptors};
}

process_size measure_process() {
  process_size now;
  const auto heap = ::mallinfo2();
  now.heap_bytes = static_cast<std::int64_t>(heap.uordblks + heap.hblkhd);
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++now.descriptors;
  }
  add_mappings(now);
  return now;
}

std::int64_t shared_memory_taken() {
  constexpr std::int64_t block = 512;  // the unit of st_blocks
  std::set<std::uint64_t> seen;
  std::int64_t taken = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the listing's own descriptor
    const auto target = std::filesystem::read_symlink(each.path(), gone).string();
    struct stat facts = {};
    if (target.starts_with(segment_prefix) && ::stat(each.path().c_str(), &facts) == 0 &&
        seen.insert(facts.st_ino).second) {
      taken += facts.st_blocks * block;
    }
  }
  return taken;
}

}  // namespace growth
