// Accesses of simulated threads to a few blocks, recorded with the protocol's versions, and judged afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <liana/detail/access.hpp>
#include <liana/pending.hpp>

#include "runtime/state/runtime_state.hpp"
#include "tests/history/check_blocks.hpp"
#include "tests/history/check_order.hpp"
#include "tests/sim/simulation.hpp"

namespace liana_tests::sim {

/// A block of the job, every word of which holds the number of the write that it comes from; 0 at first.
struct shared_block {
  liana::rank_t home = 0;
  std::size_t words = 1;
  bool atomic = false;  ///< no block, but a word that takes atomics: recorder_atomics.cpp
  liana::detail::address at;
  liana::detail::directory_entry* entry = nullptr;
  std::uint64_t first_version = 0;
  // In the home's segment.
  std::uint64_t entry_at = 0;
  std::uint64_t data_at = 0;

  [[nodiscard]] std::size_t bytes() const { return words * sizeof(std::uint64_t); }
};

/// What a run did to the blocks. Writes learn their versions as the runtime publishes them: the recorder watches the
/// version words of the blocks' entries.
class recorder {
 public:
  recorder(std::vector<shared_block> blocks, std::size_t threads);
  recorder(const recorder&) = delete;
  recorder& operator=(const recorder&) = delete;
  recorder(recorder&&) = delete;
  recorder& operator=(recorder&&) = delete;
  ~recorder();

  [[nodiscard]] const std::vector<shared_block>& blocks() const { return blocks_; }

  /// Makes the blocks whose home this rank is.
  void make_blocks(liana::detail::runtime_state& state);
  /// Watches the network and the stores of CPUs from here on.
  void watch(simulation& of);

  // ---- accesses, each by a way that the API has; `process` is a thread, counted over all ranks ----

  void get(std::size_t process, std::size_t block);
  void put(std::size_t process, std::size_t block);
  /// One word of the block.
  void put_word(std::size_t process, std::size_t block, std::size_t word);
  /// Through a read guard: a snapshot, which is looked at a second time before it goes.
  void read(std::size_t process, std::size_t block);
  /// Read-modify-write through a write guard. `overwrite`: without having the content fetched, so nothing is read.
  void write(std::size_t process, std::size_t block, bool overwrite);
  /// All blocks at once, in any order.
  void get_several(const std::vector<std::size_t>& blocks);
  void put_several(std::size_t process, const std::vector<std::size_t>& blocks);
  /// Read-modify-write of several, held together.
  void write_several(std::size_t process, std::vector<std::size_t> blocks);

  // Of atomics.
  std::uint64_t load(std::size_t process, std::size_t block);
  void add(std::size_t process, std::size_t block);
  /// Loads and tries to add by compare-and-swap.
  void swap(std::size_t process, std::size_t block);
  /// All at once; `by_rounds`: as the changes that a device does not have. A block may come several times.
  void add_several(const std::vector<std::size_t>& blocks, bool by_rounds);

  // ---- accesses that are waited for later, each an access of a process of its own ----

  void begin_get(std::size_t process, std::size_t block);
  /// `word`: the only one that is written, or none for all.
  void begin_put(std::size_t process, std::size_t block, std::optional<std::size_t> word);
  /// Waits for all that the thread has begun.
  void finish(std::size_t process);
  /// Forgets them: the thread fails.
  void drop(std::size_t process) { begun_[process].clear(); }

  /// Every block must be what its last write made it, and nobody's.
  void look_back(liana::detail::runtime_state& state);

  /// The first violation found. `broken`: threads have failed on purpose, so what they were doing may or may not have
  /// happened.
  std::optional<std::string> judge();

  /// A place in a segment, for traces.
  [[nodiscard]] std::string place(liana::rank_t rank, std::uint64_t offset) const;
  /// The same for memory of this process; empty for what is neither entry, block nor validity word.
  [[nodiscard]] std::string place(const void* at) const;

 private:
  static constexpr std::uint64_t nothing_published = 0;

  struct entry {
    std::uint32_t process = 0;
    std::uint32_t block = 0;
    std::uint32_t publisher = 0;  ///< of a write near its home: the thread that makes its version
    std::uint32_t issuer = 0;     ///< the thread that called
    liana::rank_t rank = 0;
    bool write = false;
    bool updates = false;
    std::uint64_t id = 0;  ///< of a write
    std::size_t word = 0;  ///< of a write of one word
    bool whole = true;
    std::uint64_t version = unknown_version;
    std::size_t snapshot = 0;  ///< of a read: where its words begin in `snapshots_`
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  /// `publisher`: the thread that would make a version.
  std::size_t begin(std::size_t process, std::size_t block, bool write, std::size_t publisher);
  void end(std::size_t which);
  void end_write(std::size_t which);
  std::size_t change(std::size_t process, std::size_t block, const liana::detail::write_hold& hold, std::size_t seen,
                     std::size_t publisher);
  static void make_atomic(const liana::detail::runtime_state& state, shared_block& which);
  void changed(std::size_t read, std::size_t write, std::uint64_t before);
  [[nodiscard]] std::optional<std::string> check_atomic(std::size_t block);
  void keep_snapshot(std::size_t which, const void* words);
  void published(std::size_t process, std::size_t block, std::uint64_t version);
  [[nodiscard]] std::uint64_t published_version(const entry& of) const;
  std::size_t running_process() const;
  std::optional<std::string> find_versions();
  void find_cut_off();
  std::optional<std::string> replay(std::size_t block);
  std::optional<std::string> check_snapshot(entry& each, const std::vector<std::uint64_t>& states);
  [[nodiscard]] static std::string describe(const entry& each);

  struct begun_access {
    std::size_t which = 0;
    std::unique_ptr<liana::pending_put> put;  ///< null: a get
    bool here = false;
    std::vector<std::uint64_t> words;
  };

  std::optional<std::string> check_own_order();

  struct mapped_segment {
    liana::rank_t rank = 0;
    const std::byte* data = nullptr;
    std::size_t bytes = 0;
  };

  std::vector<shared_block> blocks_;
  std::vector<mapped_segment> segments_;
  std::size_t threads_;
  std::uint32_t next_process_;
  simulation* of_ = nullptr;
  std::vector<entry> entries_;
  std::vector<std::uint64_t> snapshots_;
  std::vector<std::uint64_t> published_;        ///< by process and block: the version made last
  std::vector<std::uint64_t> published_of_id_;  ///< by write: the version that its release made at a far home
  std::vector<std::uint64_t> version_of_id_;
  std::vector<std::vector<begun_access>> begun_;  ///< by process
  std::vector<const entry*> cut_off_;             ///< writes that only their own rank has seen
  history history_;
  std::optional<std::string> seen_;  ///< a violation noticed during the run
};

}  // namespace liana_tests::sim
