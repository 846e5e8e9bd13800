#include <algorithm>

#include "benchmarks/bulk/subjects.hpp"

namespace liana::benchmarks::bulk {

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

array<word> filled(std::size_t words_each) {
  auto made = make_array<word>(static_cast<std::size_t>(size()) * words_each);
  auto own = made.write_local();
  std::fill(own.begin(), own.end(), word{1});
  return made;
}

}  // namespace

std::size_t part_bytes(const job& here) { return (here.quick() ? 1 : 64) * mebibyte; }

options memory_options(const job& here) {
  const auto part = part_bytes(here);
  // Two arrays and room to allocate; replicas of two parts.
  return {.segment_bytes = 4 * part, .cache_bytes = 5 * part / 2};
}

memory::memory(const job& here)
    : words(part_bytes(here) / sizeof(word)),
      read(filled(words)),
      written(filled(words)),
      shared(here.communicator(), mpi_window::kind::shared, part_bytes(here)),
      created(here.communicator(), mpi_window::kind::created, part_bytes(here)),
      buffer(words, 1),
      near_(broadcast(read.ptr(neighbour * words).is_local(), 0)) {
  barrier();
  if (here.is_leader()) {
    replicas_ = read.read(neighbour * words, words);
    for (const auto piece : replicas_->chunks()) {
      pieces_.push_back(piece);
    }
  }
}

const word* memory::where_read(std::size_t i) const {
  const word* local = global_ptr<const word>(read.ptr(i)).local();
  return local != nullptr ? local : &(*replicas_)[i - neighbour * words];
}

word* memory::where_written() const {
  word* local = written.ptr(neighbour * words).local();
  return local != nullptr ? local : reinterpret_cast<word*>(shared.of(neighbour));
}

}  // namespace liana::benchmarks::bulk
