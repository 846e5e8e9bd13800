#include "transport/shared_segment.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "transport/transport.hpp"

namespace liana::transport {
namespace {

constexpr const char* shared_memory_directory = "/dev/shm";
constexpr int leftover_seconds = 60;

/// Memory is taken in pieces, which become smaller where signals interrupt them.
constexpr std::size_t most_at_once = std::size_t{16} << 20;
constexpr std::size_t least_at_once = 4096;

[[noreturn]] void give_up(const std::string& operation, int error, const std::string& remedy = {}) {
  throw unavailable(operation + " failed: " + std::generic_category().message(error) + remedy);
}

std::string free_text() {
  return "; " + std::to_string(shared_memory_free()) + " bytes are free in " + shared_memory_directory;
}

std::byte* map(int file, std::size_t bytes, const std::string& name) {
  void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
  if (data == MAP_FAILED) {
    give_up("mmap(" + name + ", " + std::to_string(bytes) + " bytes)", errno,
            "; the address space may be limited (ulimit -v)");
  }
  return static_cast<std::byte*>(data);
}

}  // namespace

shared_segment shared_segment::create(const std::string& name, std::size_t bytes) {
  shared_segment made;
  made.file_ = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (made.file_ < 0) {
    give_up("shm_open(" + name + ", create)", errno);
  }
  made.name_ = name;
  if (::flock(made.file_, LOCK_EX | LOCK_NB) != 0) {
    give_up("flock(" + name + ")", errno);
  }
  if (::ftruncate(made.file_, static_cast<off_t>(bytes)) != 0) {
    give_up("ftruncate(" + name + ", " + std::to_string(bytes) + " bytes)", errno, free_text());
  }
  made.data_ = map(made.file_, bytes, name);
  made.bytes_ = bytes;
  return made;
}

shared_segment shared_segment::attach(const std::string& name, std::size_t bytes, rank_t owner) {
  shared_segment made;
  const std::string what = name + " of rank " + std::to_string(owner);
  made.file_ = ::shm_open(name.c_str(), O_RDWR | O_CLOEXEC, 0);
  if (made.file_ < 0) {
    give_up("shm_open(" + what + ")", errno);
  }
  made.data_ = map(made.file_, bytes, what);
  made.bytes_ = bytes;
  return made;
}

shared_segment::~shared_segment() {
  unlink();
  if (data_ != nullptr) {
    ::munmap(data_, bytes_);
  }
  if (file_ >= 0) {
    ::close(file_);
  }
}

void shared_segment::swap(shared_segment& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(file_, other.file_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(whole_, other.whole_);
}

void shared_segment::unlink() {
  if (!name_.empty()) {
    ::shm_unlink(name_.c_str());
    name_.clear();
  }
}

void shared_segment::commit_whole() {
  commit(0, bytes_);
  whole_ = true;
}

void shared_segment::commit(std::size_t offset, std::size_t bytes) const {
  if (whole_) {
    return;
  }
  // The file system refuses at once what it could never hold. In pieces it would first take all memory that there is.
  if (bytes > most_at_once && bytes > shared_memory_free()) {
    give_up("taking " + std::to_string(bytes) + " bytes of shared memory", ENOSPC, free_text());
  }
  // What was taken before a failure stays with the segment, and is found there by the next call.
  // Linux up to 6.1 at least gives back at a signal what the call has taken so far. A call for all of it would never
  // end in a process that gets signals again and again, from a profiler's timer for example.
  std::size_t piece = most_at_once;
  for (std::size_t taken = 0; taken < bytes;) {
    const std::size_t now = std::min(piece, bytes - taken);
    const int error = ::posix_fallocate(file_, static_cast<off_t>(offset + taken), static_cast<off_t>(now));
    if (error == EINTR) {
      piece = std::max(piece / 2, least_at_once);
    } else if (error != 0) {
      give_up("taking " + std::to_string(bytes) + " bytes of shared memory", error, free_text());
    } else {
      taken += now;
    }
  }
}

void shared_segment::keep_addresses() noexcept {
  constexpr int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  if (data_ != nullptr) {
    // Where it fails, the old mapping stays, and will do.
    static_cast<void>(::mmap(data_, bytes_, PROT_READ | PROT_WRITE, flags, -1, 0));
    data_ = nullptr;
  }
}

void shared_segment::forget() noexcept {
  keep_addresses();
  if (file_ >= 0) {
    ::close(file_);
    file_ = -1;
  }
}

bool shared_segment::owner_gone() const {
  if (::flock(file_, LOCK_SH | LOCK_NB) != 0) {
    return false;
  }
  ::flock(file_, LOCK_UN);
  return true;
}

std::size_t shared_memory_free() {
  std::error_code problem;
  const std::filesystem::space_info space = std::filesystem::space(shared_memory_directory, problem);
  if (problem) {
    give_up(std::string("statvfs(") + shared_memory_directory + ")", problem.value());
  }
  // Mounted without a limit it has no capacity.
  return space.capacity == 0 ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(space.available);
}

int remove_leftovers(const std::string& prefix) {
  int removed = 0;
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(shared_memory_directory, ignored)) {
    const std::string name = "/" + file.path().filename().string();
    if (!name.starts_with(prefix)) {
      continue;
    }
    const int opened = ::shm_open(name.c_str(), O_RDWR | O_CLOEXEC, 0);
    if (opened < 0) {
      continue;  // gone meanwhile, or another user's
    }
    struct stat facts = {};
    const bool old = ::fstat(opened, &facts) == 0 && facts.st_uid == ::geteuid() &&
                     std::time(nullptr) - facts.st_mtime > leftover_seconds;
    if (old && ::flock(opened, LOCK_SH | LOCK_NB) == 0 && ::shm_unlink(name.c_str()) == 0) {
      ++removed;
    }
    ::close(opened);
  }
  return removed;
}

}  // namespace liana::transport
