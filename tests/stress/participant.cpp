#include "tests/stress/participant.hpp"

#include <array>
#include <thread>

namespace liana_tests {

namespace {

using word = std::uint64_t;

// Calls `visit(group)` with group number `which`.
template <class Visit>
void with_group(const object_groups& groups, std::size_t which, Visit visit) {
  const auto each = [&](const auto&... group) {
    std::size_t number = 0;
    ((number++ == which ? visit(group) : void()), ...);
  };
  std::apply(each, groups);
}

}  // namespace

participant::participant(const versioned_data& data, const version_ledger& ledger, std::uint64_t number,
                         std::uint64_t participants, std::uint64_t seed)
    : data_(&data),
      number_(number),
      participants_(participants),
      random_(mixed(seed + number)),
      checker_(ledger, "rank " + std::to_string(liana::rank()) + ", participant " + std::to_string(number)) {}

void participant::run(std::chrono::steady_clock::time_point end, std::uint64_t operations) {
  for (std::uint64_t done = 0; operations == 0 || done < operations; ++done) {
    if (done % 4 == 0 && std::chrono::steady_clock::now() >= end) return;
    one_operation();
  }
}

void participant::one_operation() {
  const std::uint64_t kind = random_() % 100;
  if (kind < 50) {
    on_shared_object();
  } else if (kind < 70) {
    on_owned_object();
  } else if (kind < 77) {
    read_blocks(data_->blocks[below(data_->blocks.size())]);
  } else if (kind < 84) {
    increment_blocks(data_->blocks[below(data_->blocks.size())]);
  } else if (kind < 92) {
    read_words(data_->words[below(data_->words.size())]);
  } else {
    put_words(data_->words[below(data_->words.size())]);
  }
}

void participant::on_shared_object() {
  with_group(data_->shared, below(group_count), [&](const auto& group) {
    const std::size_t i = below(group.count);
    const std::uint64_t kind = random_() % 10;
    if (kind < 3) {
      read_object(group, i);
    } else if (kind < 6) {
      hold_object(group, i);
    } else if (kind < 8) {
      increment_object(group, i);
    } else if (kind < 9) {
      hold_and_increment_object(group, i);
    } else {
      group.objects[i].prefetch();
    }
  });
}

void participant::on_owned_object() {
  with_group(data_->owned, below(group_count), [&](const auto& group) {
    const std::size_t i = below(group.count);
    const bool mine = versioned_data::owner(group.first_slot + i, participants_) == number_;
    if (mine && once_in(2)) {
      put_object(group, i);
    } else if (once_in(2)) {
      read_object(group, i);
    } else {
      hold_object(group, i);
    }
  });
}

template <std::size_t Words>
void participant::read_object(const object_group<Words>& group, std::size_t i) {
  const std::size_t slot = group.first_slot + i;
  const word floor = checker_.floor(slot);
  const uniform_words<Words> snapshot = group.objects[i].get();
  checker_.check_read(slot, snapshot.value, floor, "get");
}

template <std::size_t Words>
void participant::hold_object(const object_group<Words>& group, std::size_t i) {
  const std::size_t slot = group.first_slot + i;
  const word floor = checker_.floor(slot);
  const auto guard = group.objects[i].read();
  const word version = checker_.check_read(slot, guard->value, floor, "read guard");
  linger();
  if (once_in(4)) {
    // Allowed while this thread reads the block, and no older than the snapshot.
    const uniform_words<Words> newer = group.objects[i].get();
    checker_.check_read(slot, newer.value, version, "get beside a read guard");
  }
  checker_.check_unchanged(slot, guard->value, version, "read guard after a while");
}

template <std::size_t Words>
void participant::increment_object(const object_group<Words>& group, std::size_t i) {
  const std::size_t slot = group.first_slot + i;
  const word floor = checker_.floor(slot);
  checker_.begin_write(slot);
  const word version = group.objects[i].update([&](uniform_words<Words>& object) {
    checker_.check_read(slot, object.value, floor, "update");
    object.increment();
    return object.value[0];
  });
  checker_.end_write(slot, version);
}

template <std::size_t Words>
void participant::hold_and_increment_object(const object_group<Words>& group, std::size_t i) {
  const std::size_t slot = group.first_slot + i;
  const word floor = checker_.floor(slot);
  checker_.begin_write(slot);
  auto guard = group.objects[i].write();
  const word version = checker_.check_read(slot, guard->value, floor, "write guard");
  // Half written, then all of it: nobody may see the first.
  guard->value[Words / 2] = ~word{0};
  linger();
  guard->value.fill(version + 1);
  guard.release();
  checker_.end_write(slot, version + 1);
}

template <std::size_t Words>
void participant::put_object(const object_group<Words>& group, std::size_t i) {
  const std::size_t slot = group.first_slot + i;
  checker_.begin_write(slot);
  const word version = checker_.increments()[slot];
  group.objects[i].put(uniform_words<Words>::filled(version));
  checker_.end_write(slot, version);
  const uniform_words<Words> own = group.objects[i].get();
  checker_.check_exact(slot, own.value, version, "get of what was just put");
}

void participant::read_blocks(const word_array& array) {
  const std::size_t first = below(array.blocks());
  const std::size_t n = 1 + below(array.blocks() - first);
  std::array<word, 16> floors{};
  for (std::size_t b = 0; b < n; ++b) floors.at(b) = checker_.floor(array.first_slot + first + b);
  if (once_in(4)) array.words.prefetch(first * array.per_block(), n * array.per_block());
  const auto view = array.words.read(first * array.per_block(), n * array.per_block());
  std::array<word, 16> versions{};
  const auto each_block = [&](auto check) {
    std::vector<word> copy(view.begin(), view.end());
    for (std::size_t b = 0; b < n; ++b) {
      check(b, std::span<const word>(copy).subspan(b * array.per_block(), array.per_block()));
    }
  };
  each_block([&](std::size_t b, std::span<const word> block) {
    versions.at(b) = checker_.check_read(array.first_slot + first + b, block, floors.at(b), "read view");
  });
  linger();
  each_block([&](std::size_t b, std::span<const word> block) {
    checker_.check_unchanged(array.first_slot + first + b, block, versions.at(b), "read view after a while");
  });
}

void participant::increment_blocks(const word_array& array) {
  const std::size_t first = below(array.blocks());
  const std::size_t n = 1 + below(std::min<std::size_t>(4, array.blocks() - first));
  std::array<word, 4> floors{};
  for (std::size_t b = 0; b < n; ++b) {
    floors.at(b) = checker_.floor(array.first_slot + first + b);
    checker_.begin_write(array.first_slot + first + b);
  }
  std::array<word, 4> versions{};
  auto view = array.words.write(first * array.per_block(), n * array.per_block());
  for (std::size_t b = 0; b < n; ++b) {
    std::vector<word> block(array.per_block());
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = view[b * array.per_block() + i];
    versions.at(b) = checker_.check_read(array.first_slot + first + b, block, floors.at(b), "write view");
    for (std::size_t i = 0; i < block.size(); ++i) ++view[b * array.per_block() + i];
  }
  linger();
  view.release();
  for (std::size_t b = 0; b < n; ++b) checker_.end_write(array.first_slot + first + b, versions.at(b) + 1);
}

void participant::read_words(const word_array& array) {
  const std::size_t first = below(array.words.size());
  const std::size_t n = 1 + below(std::min<std::size_t>(64, array.words.size() - first));
  std::array<word, 64> floors{};
  for (std::size_t i = 0; i < n; ++i) floors.at(i) = checker_.floor(array.first_slot + first + i);
  std::vector<word> found(n);
  const char* how = "";
  const std::uint64_t kind = random_() % 4;
  if (kind == 0) {
    how = "bulk get";
    array.words.get(first, found);
  } else if (kind == 1) {
    how = "gather";
    std::vector<std::size_t> index(n);
    for (std::size_t i = 0; i < n; ++i) index[i] = first + i;
    array.words.gather(index, found);
  } else if (kind == 2) {
    how = "read view of words";
    const auto view = array.words.read(first, n);
    found.assign(view.begin(), view.end());
  } else {
    how = "element";
    for (std::size_t i = 0; i < n; ++i) found[i] = array.words[first + i];
  }
  for (std::size_t i = 0; i < n; ++i) {
    checker_.check_read(array.first_slot + first + i, std::span(found).subspan(i, 1), floors.at(i), how);
  }
}

void participant::put_words(const word_array& array) {
  // The next words from a random place on that are this participant's.
  std::vector<std::size_t> index;
  std::vector<word> versions;
  const std::size_t start = below(array.words.size());
  for (std::size_t step = 0; step < array.words.size() && index.size() < 5; ++step) {
    const std::size_t i = (start + step) % array.words.size();
    const std::size_t slot = array.first_slot + i;
    if (versioned_data::owner(slot, participants_) != number_) continue;
    checker_.begin_write(slot);
    index.push_back(i);
    versions.push_back(checker_.increments()[slot]);
  }
  const std::uint64_t kind = random_() % 3;
  if (kind == 0) {
    array.words.scatter(index, versions);
  } else {
    for (std::size_t k = 0; k < index.size(); ++k) {
      if (kind == 1) {
        array.words[index[k]] = versions[k];
      } else {
        array.words.put(index[k], std::span<const word>(versions).subspan(k, 1));
      }
    }
  }
  for (std::size_t k = 0; k < index.size(); ++k) {
    const std::size_t slot = array.first_slot + index[k];
    checker_.end_write(slot, versions[k]);
    // Nobody else writes this word, so a neighbour's put that took it along would show.
    const word own = array.words[index[k]];
    checker_.check_exact(slot, std::span(&own, 1), versions[k], "own word after its put");
  }
}

void participant::linger() {
  const std::uint64_t kind = random_() % 64;
  if (kind == 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 300));
  } else if (kind < 16) {
    std::this_thread::yield();
  }
}

void participant::verify(const std::vector<std::uint64_t>& expected) {
  const auto objects = [&](const auto& group) {
    for (std::size_t i = 0; i < group.count; ++i) {
      const std::size_t slot = group.first_slot + i;
      const auto copy = group.objects[i].get();
      checker_.check_exact(slot, copy.value, expected[slot], "get at rest");
      checker_.check_exact(slot, group.objects[i].read()->value, expected[slot], "read guard at rest");
    }
  };
  std::apply([&](const auto&... group) { (objects(group), ...); }, data_->shared);
  std::apply([&](const auto&... group) { (objects(group), ...); }, data_->owned);
  for (const word_array& array : data_->blocks) verify_blocks(array, expected, array.per_block());
  for (const word_array& array : data_->words) verify_blocks(array, expected, 1);
}

void participant::verify_blocks(const word_array& array, const std::vector<std::uint64_t>& expected,
                                std::size_t words_per_slot) {
  std::vector<word> found(array.words.size());
  array.words.get(0, found);
  for (std::size_t k = 0; k * words_per_slot < found.size(); ++k) {
    checker_.check_exact(array.first_slot + k, std::span(found).subspan(k * words_per_slot, words_per_slot),
                         expected[array.first_slot + k], "bulk get at rest");
  }
}

}  // namespace liana_tests
