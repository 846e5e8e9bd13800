#include "tests/sim/recorder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <liana/allocation.hpp>

#include "runtime/coherence/coherence.hpp"
#include "runtime/objects/objects.hpp"
#include "tests/sim/watch.hpp"

namespace liana_tests::sim {

namespace detail = liana::detail;

namespace {

constexpr std::size_t no_entry = SIZE_MAX;
constexpr std::size_t most_words = 1024;
/// What a release writes behind the data: version and sharers.
constexpr std::size_t publication_bytes = sizeof(std::uint64_t) + detail::directory_entry::sharer_bytes;

}  // namespace

recorder::recorder(std::vector<shared_block> blocks, std::size_t threads)
    : blocks_(std::move(blocks)),
      threads_(threads),
      next_process_(static_cast<std::uint32_t>(threads)),
      published_(threads * blocks_.size(), nothing_published),
      published_of_id_(1, nothing_published),
      version_of_id_(1, 0),
      begun_(threads) {}

recorder::~recorder() {
  store_observer = nullptr;
  for (auto& each : begun_) {
    for (begun_access& left : each) {
      static_cast<void>(left.put.release());  // of a rank that was lost, with its stack
    }
  }
}

void recorder::make_blocks(detail::runtime_state& state) {
  segments_.push_back(
      {.rank = state.rank(), .data = state.memory.segment.data(), .bytes = state.memory.segment.size()});
  for (shared_block& each : blocks_) {
    if (each.home != state.rank()) {
      continue;
    }
    if (each.atomic) {
      make_atomic(state, each);
      continue;
    }
    each.at = detail::make_object(each.bytes()).at;
    detail::publish_object(each.at);
    each.entry = &detail::entry_of(state, each.at);
    each.first_version = each.entry->version.load();
    each.entry_at = state.entry_at(each.at);
    each.data_at = state.data_at(each.at);
  }
}

std::size_t recorder::running_process() const {
  const auto& turns = of_->turns();
  return static_cast<std::size_t>(turns.rank()) * (threads_ / static_cast<std::size_t>(of_->ranks())) + turns.thread();
}

void recorder::watch(simulation& of) {
  of_ = &of;
  of.wires().set_observer([this, written = std::vector<std::uint64_t>(blocks_.size())](
                              liana::rank_t, liana::rank_t to, const liana::transport::operation& each) mutable {
    if (each.what != liana::transport::operation::kind::write || each.bytes < sizeof(std::uint64_t)) {
      return;
    }
    std::uint64_t first = 0;
    std::memcpy(&first, each.source, sizeof first);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const auto& block = blocks_[i];
      if (block.home != to || block.atomic) {
        continue;
      }
      if (each.remote >= block.data_at && each.remote < block.data_at + block.bytes()) {
        written[i] = first;  // the number of the write; whichever thread posts it, its version comes right behind
      } else if (each.remote == block.entry_at + offsetof(detail::directory_entry, version) &&
                 each.bytes == publication_bytes && published_of_id_[written[i]] == nothing_published) {
        published_of_id_[written[i]] = first - block.first_version;
      }
    }
  });
  store_observer = [this](const void* to, std::uint64_t value, std::size_t bytes) {
    if (bytes != sizeof(std::uint64_t) && bytes != publication_bytes) {
      return;
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (blocks_[i].entry != nullptr && to == &blocks_[i].entry->version) {
        published(running_process(), i, value);
      }
    }
  };
}

void recorder::published(std::size_t process, std::size_t block, std::uint64_t version) {
  published_[process * blocks_.size() + block] = version - blocks_[block].first_version;
}

std::uint64_t recorder::published_version(const entry& of) const {
  const std::uint64_t far = published_of_id_[of.id];
  return far != nothing_published ? far : published_[of.publisher * blocks_.size() + of.block];
}

// ---- accesses ----

std::size_t recorder::begin(std::size_t process, std::size_t block, bool write, std::size_t publisher) {
  entry made;
  made.process = static_cast<std::uint32_t>(process);
  made.block = static_cast<std::uint32_t>(block);
  made.publisher = static_cast<std::uint32_t>(publisher);
  made.rank = of_->turns().rank();
  made.issuer = static_cast<std::uint32_t>(running_process());
  made.write = write;
  if (write) {
    made.id = version_of_id_.size();
    version_of_id_.push_back(unknown_version);
    published_of_id_.push_back(nothing_published);
    published_[publisher * blocks_.size() + block] = nothing_published;
  }
  made.begin = of_->turns().ticks();
  made.end = UINT64_MAX;
  entries_.push_back(made);
  if (of_->turns().tracing()) {
    of_->turns().trace(fmt::format("process {} begins to {} block {}{}", process, write ? "write" : "read", block,
                                   write ? fmt::format(": write {}", made.id) : ""));
  }
  return entries_.size() - 1;
}

void recorder::end(std::size_t which) {
  entries_[which].end = of_->turns().ticks();
  if (of_->turns().tracing()) {
    of_->turns().trace(fmt::format("process {} is done with block {}", entries_[which].process, entries_[which].block));
  }
}

/// The version is the one that its release has made or, near, that the thread has published for the block since.
void recorder::end_write(std::size_t which) {
  end(which);
  entry& done = entries_[which];
  const std::uint64_t version = published_version(done);
  if (version != nothing_published) {
    done.version = version;
  }
}

void recorder::keep_snapshot(std::size_t which, const void* words) {
  const std::size_t count = blocks_[entries_[which].block].words;
  entries_[which].snapshot = snapshots_.size();
  snapshots_.resize(snapshots_.size() + count);
  std::memmove(&snapshots_[entries_[which].snapshot], words, count * sizeof(std::uint64_t));
  if (of_->turns().tracing()) {
    of_->turns().trace(
        fmt::format("process {} read block {}: {}", entries_[which].process, entries_[which].block,
                    fmt::join(snapshots_.end() - static_cast<std::ptrdiff_t>(count), snapshots_.end(), " ")));
  }
}

void recorder::get(std::size_t process, std::size_t block) {
  const std::size_t which = begin(process, block, false, process);
  std::array<std::uint64_t, most_words> words{};
  detail::read_inline(blocks_[block].at, words.data(), blocks_[block].bytes());
  end(which);
  keep_snapshot(which, words.data());
}

void recorder::put(std::size_t process, std::size_t block) {
  const std::size_t which = begin(process, block, true, process);
  std::array<std::uint64_t, most_words> words{};
  std::fill_n(words.begin(), blocks_[block].words, entries_[which].id);
  detail::write_inline(blocks_[block].at, words.data(), blocks_[block].bytes());
  end_write(which);
}

void recorder::put_word(std::size_t process, std::size_t block, std::size_t word) {
  const std::size_t which = begin(process, block, true, process);
  entries_[which].whole = false;
  entries_[which].word = word;
  const std::uint64_t id = entries_[which].id;
  detail::write_inline(blocks_[block].at.advanced(static_cast<std::int64_t>(word * sizeof id)), &id, sizeof id);
  end_write(which);
}

void recorder::read(std::size_t process, std::size_t block) {
  const std::size_t which = begin(process, block, false, process);
  detail::read_hold hold = detail::open_read(blocks_[block].at, blocks_[block].bytes());
  std::array<std::uint64_t, most_words> words{};
  std::memcpy(words.data(), hold.data, blocks_[block].bytes());
  end(which);
  keep_snapshot(which, words.data());
  of_->turns().wait();
  std::array<std::uint64_t, most_words> again{};
  std::memcpy(again.data(), hold.data, blocks_[block].bytes());
  if (again != words && !seen_.has_value()) {
    seen_ = "a block changed under a read guard: " + describe(entries_[which]);
  }
  detail::close_read(hold);
}

void recorder::write(std::size_t process, std::size_t block, bool overwrite) {
  const std::size_t seen = overwrite ? no_entry : begin(process, block, false, process);
  const std::uint64_t begun = of_->turns().ticks();
  detail::write_hold hold = detail::open_write(blocks_[block].at, blocks_[block].bytes(), overwrite);
  const std::size_t which = change(process, block, hold, seen, process);
  entries_[which].begin = begun;
  detail::close_write(hold);
  end_write(which);
}

/// Reads what a hold shows and writes it anew; the write is not over yet.
std::size_t recorder::change(std::size_t process, std::size_t block, const detail::write_hold& hold, std::size_t seen,
                             std::size_t publisher) {
  const std::size_t words = blocks_[block].words;
  auto* const memory = reinterpret_cast<std::uint64_t*>(hold.data);
  if (seen != no_entry) {
    std::array<std::uint64_t, most_words> found{};
    std::memcpy(found.data(), memory, words * sizeof(std::uint64_t));
    end(seen);
    keep_snapshot(seen, found.data());
  }
  const std::size_t which = begin(process, block, true, publisher);
  entries_[which].updates = seen != no_entry;
  const std::uint64_t id = entries_[which].id;  // other threads take turns between two words
  for (std::size_t i = 0; i < words; ++i) {
    memory[i] = id;
  }
  return which;
}

void recorder::get_several(const std::vector<std::size_t>& blocks) {
  std::vector<std::vector<std::uint64_t>> found;
  std::vector<detail::piece> pieces;
  std::vector<std::size_t> which;
  for (const std::size_t each : blocks) {
    found.emplace_back(blocks_[each].words);
    pieces.push_back({.at = blocks_[each].at,
                      .bytes = blocks_[each].bytes(),
                      .memory = reinterpret_cast<std::byte*>(found.back().data())});
    which.push_back(begin(next_process_++, each, false, 0));
  }
  detail::read_pieces(pieces);
  for (std::size_t i = 0; i < which.size(); ++i) {
    end(which[i]);
    keep_snapshot(which[i], found[i].data());
  }
}

void recorder::put_several(std::size_t process, const std::vector<std::size_t>& blocks) {
  std::vector<std::vector<std::uint64_t>> values;
  std::vector<detail::const_piece> pieces;
  std::vector<std::size_t> which;
  for (const std::size_t each : blocks) {
    which.push_back(begin(next_process_++, each, true, process));
    values.emplace_back(blocks_[each].words, entries_[which.back()].id);
    pieces.push_back({.at = blocks_[each].at,
                      .bytes = blocks_[each].bytes(),
                      .memory = reinterpret_cast<const std::byte*>(values.back().data())});
  }
  detail::write_pieces(pieces);
  for (const std::size_t each : which) {
    end_write(each);
  }
}

void recorder::write_several(std::size_t process, std::vector<std::size_t> blocks) {
  std::vector<detail::address> at;
  std::vector<std::size_t> seen;
  for (const std::size_t each : blocks) {
    at.push_back(blocks_[each].at);
    seen.push_back(begin(next_process_++, each, false, process));
  }
  std::vector<detail::write_hold> holds = detail::open_writes(at);
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    which.push_back(change(entries_[seen[i]].process, blocks[i], holds[i], seen[i], process));
  }
  detail::close_writes(holds);
  for (const std::size_t each : which) {
    end_write(each);
  }
}

void recorder::begin_get(std::size_t process, std::size_t block) {
  begun_access made;
  made.which = begin(next_process_++, block, false, process);
  made.words.resize(blocks_[block].words);
  made.here = detail::begin_read(blocks_[block].at, made.words.data(), blocks_[block].bytes());
  begun_[process].push_back(std::move(made));
}

void recorder::begin_put(std::size_t process, std::size_t block, std::optional<std::size_t> word) {
  begun_access made;
  made.which = begin(next_process_++, block, true, process);
  const std::uint64_t id = entries_[made.which].id;
  made.words.assign(word.has_value() ? 1 : blocks_[block].words, id);
  entries_[made.which].whole = !word.has_value();
  entries_[made.which].word = word.value_or(0);
  const auto at = blocks_[block].at.advanced(static_cast<std::int64_t>(word.value_or(0) * sizeof id));
  made.put =
      std::make_unique<liana::pending_put>(detail::begin_write(at, made.words.data(), made.words.size() * sizeof id));
  if (made.put->ready()) {
    made.put->wait();  // it may have failed
    end_write(made.which);
    return;
  }
  begun_[process].push_back(std::move(made));
}

void recorder::finish(std::size_t process) {
  auto& begun = begun_[process];
  while (!begun.empty()) {
    begun_access each = std::move(begun.front());
    begun.erase(begun.begin());
    if (each.put != nullptr) {
      each.put->wait();
      end_write(each.which);
      continue;
    }
    const shared_block& block = blocks_[entries_[each.which].block];
    for (std::size_t polls = each.which % 3; polls != 0 && !each.here; --polls) {
      each.here = detail::try_read_bytes(block.at, each.words.data(), block.bytes());
    }
    if (!each.here) {
      detail::read_inline(block.at, each.words.data(), block.bytes());
    }
    end(each.which);
    keep_snapshot(each.which, each.words.data());
  }
}

void recorder::look_back(detail::runtime_state& state) {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i].atomic) {
      load(next_process_++, i);
      continue;
    }
    const std::size_t which = begin(next_process_++, i, false, 0);
    std::array<std::uint64_t, most_words> words{};
    detail::read_bytes(blocks_[i].at, words.data(), blocks_[i].bytes());
    end(which);
    keep_snapshot(which, words.data());
    if (blocks_[i].home == state.rank() && (blocks_[i].entry->lock.load() != 0 || blocks_[i].entry->near.load() != 0)) {
      seen_ = fmt::format("block {} is held at the end: lock {}, near {:#x}", i, blocks_[i].entry->lock.load(),
                          blocks_[i].entry->near.load());
    }
  }
}

std::string recorder::describe(const entry& each) {
  return fmt::format(
      "process {} {} block {}{} [{}, {}]", each.process, each.write ? "writing" : "reading", each.block,
      each.write ? fmt::format(" (write {}{})", each.id, each.whole ? "" : fmt::format(" of word {}", each.word)) : "",
      each.begin, each.end);
}

std::string recorder::place(liana::rank_t rank, std::uint64_t offset) const {
  constexpr std::array fields{"lock", "near", "version", "sharers"};
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const shared_block& each = blocks_[i];
    if (each.home != rank || each.at.is_null()) {
      continue;
    }
    if (each.atomic) {
      if (offset == each.data_at) {
        return fmt::format("atomic {}", i);
      }
      continue;
    }
    if (offset >= each.entry_at && offset < each.entry_at + detail::entry_bytes) {
      const std::uint64_t word = (offset - each.entry_at) / sizeof(std::uint64_t);
      return fmt::format("block {}'s {}", i, fields[std::min<std::uint64_t>(word, fields.size() - 1)]);
    }
    if (offset >= each.data_at && offset < each.data_at + each.bytes()) {
      return fmt::format("block {}'s word {}", i, (offset - each.data_at) / sizeof(std::uint64_t));
    }
  }
  if (offset >= detail::page_bytes && offset < 2 * detail::page_bytes) {
    return fmt::format("rank {}'s validity word {}", rank, (offset - detail::page_bytes) / sizeof(std::uint64_t));
  }
  return fmt::format("rank {} + {:#x}", rank, offset);
}

std::string recorder::place(const void* at) const {
  for (const mapped_segment& each : segments_) {
    const auto offset = static_cast<std::uint64_t>(static_cast<const std::byte*>(at) - each.data);
    if (offset < each.bytes) {
      const std::string name = place(each.rank, offset);
      return name.find(" + ") == std::string::npos ? name : std::string();
    }
  }
  return {};
}

}  // namespace liana_tests::sim
