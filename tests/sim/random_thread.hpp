// What one thread does of random_accesses.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <shared_mutex>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <liana/allocation.hpp>
#include <liana/pending.hpp>
#include <liana/statistics.hpp>

#include "tests/sim/threads_program.hpp"

namespace liana_tests::sim {

/// One thread's part.
class random_thread {
 public:
  random_thread(random_accesses& all, const participant& who)
      : all_(all),
        who_(who),
        objects_(all.known_[static_cast<std::size_t>(who.rank)]),
        random_(all.seed_ * 1000 + who.number),
        small_seen_(objects_.counted_small.size()),
        counted_seen_(objects_.counted.size()),
        published_seen_(objects_.published.size()),
        cells_seen_(objects_.cells.size()),
        table_seen_(objects_.table.size()) {}

  void do_something() {
    using self = random_thread;
    constexpr std::array actions{&self::get_small,
                                 &self::update_small,
                                 &self::get_counted,
                                 &self::read_counted,
                                 &self::read_counted,
                                 &self::write_counted,
                                 &self::write_two,
                                 &self::prefetch,
                                 &self::publish,
                                 &self::get_published,
                                 &self::put_cell,
                                 &self::put_cells,
                                 &self::get_cells,
                                 &self::gather_cells,
                                 &self::view_cells,
                                 &self::view_table,
                                 &self::write_table,
                                 &self::write_own_table,
                                 &self::pass_on,
                                 &self::take_in,
                                 &self::close_elsewhere,
                                 &self::look_at_statistics,
                                 &self::begin_puts,
                                 &self::get_later,
                                 &self::gather_later,
                                 &self::walk_cells,
                                 &self::add,
                                 &self::write_under_mutex,
                                 &self::write_under_shared_mutex,
                                 &self::read_under_shared_mutex};
    constexpr std::size_t of_blocks = 22;
    (this->*actions[below(all_.mixed_ ? actions.size() : of_blocks)])();
  }

 private:
  using small = random_accesses::small;
  using large = random_accesses::large;
  using page = random_accesses::page;

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_()) % n; }

  static void expect_growth(std::uint64_t& seen, std::uint64_t version, const char* where) {
    EXPECT_GE(version, seen) << where;
    seen = version;
  }

  template <class Object>
  static void expect_whole(const Object& found, std::uint64_t& seen, const char* where) {
    EXPECT_TRUE(found.whole()) << where;
    expect_growth(seen, found.version(), where);
  }

  // ---- counted ----

  void get_small() {
    const std::size_t i = below(small_seen_.size());
    expect_whole(objects_.counted_small[i].get(), small_seen_[i], "get of a small object");
  }

  void update_small() {
    const std::size_t i = below(small_seen_.size());
    objects_.counted_small[i].update([&](small& object) { advance(object, small_seen_[i]); });
    random_accesses::note(all_.counted_, 1);
  }

  void get_counted() {
    const std::size_t i = below(counted_seen_.size());
    expect_whole(objects_.counted[i].get(), counted_seen_[i], "get");
  }

  void read_counted() {
    const std::size_t i = below(counted_seen_.size());
    const auto guard = objects_.counted[i].read();
    expect_whole(*guard, counted_seen_[i], "read guard");
    std::this_thread::yield();
    EXPECT_TRUE(guard->whole() && guard->version() == counted_seen_[i]) << "changed under a read guard";
  }

  void write_counted() {
    const std::size_t i = below(counted_seen_.size());
    auto guard = objects_.counted[i].write();
    advance(*guard, counted_seen_[i]);
    guard.release();
    random_accesses::note(all_.counted_, 1);
  }

  void write_two() {
    const std::size_t i = below(counted_seen_.size());
    const std::size_t j = below(small_seen_.size());
    auto [first, second] = liana::write_guards(objects_.counted[i], objects_.counted_small[j]);
    advance(*first, counted_seen_[i]);
    advance(*second, small_seen_[j]);
    random_accesses::note(all_.counted_, 2);
  }

  template <class Object>
  static void advance(Object& object, std::uint64_t& seen) {
    expect_whole(object, seen, "write guard");
    object.set(++seen);
  }

  /// Guards may be closed by another thread than the one that opened them.
  void close_elsewhere() {
    const std::size_t i = below(counted_seen_.size());
    if (below(2) == 0) {
      auto guard = objects_.counted[i].read();
      expect_whole(*guard, counted_seen_[i], "read guard");
      in_another_thread([&, handed = std::make_shared<decltype(guard)>(std::move(guard))] {
        EXPECT_EQ(handed->get()->version(), counted_seen_[i]) << "changed under a read guard";
        handed->release();
      });
      return;
    }
    auto guard = objects_.counted[i].write();
    in_another_thread([&, handed = std::make_shared<decltype(guard)>(std::move(guard))] {
      advance(**handed, counted_seen_[i]);
      handed->release();
    });
    random_accesses::note(all_.counted_, 1);
  }

  void prefetch() {
    objects_.counted[below(counted_seen_.size())].prefetch();
    const std::size_t first = below(objects_.cells.size());
    objects_.cells.prefetch(first, std::min<std::size_t>(48, objects_.cells.size() - first));
  }

  // ---- published ----

  void publish() {
    page mine{};
    mine.set(++published_);
    objects_.published[who_.number].put(mine);
  }

  void get_published() {
    const std::size_t i = below(published_seen_.size());
    expect_whole(objects_.published[i].get(), published_seen_[i], "get of what is put");
  }

  // ---- cells ----

  void put_cell() {
    objects_.cells[who_.number * random_accesses::cells_each + below(random_accesses::cells_each)] = ++cell_version_;
  }

  void put_cells() {
    std::array<std::uint64_t, random_accesses::cells_each> mine{};
    mine.fill(++cell_version_);
    objects_.cells.put(who_.number * mine.size(), mine);
  }

  void get_cells() {
    const auto [first, n] = range_of(objects_.cells.size(), objects_.cells.size());
    std::vector<std::uint64_t> found(n);
    objects_.cells.get(first, found);
    for (std::size_t i = 0; i < n; ++i) {
      expect_growth(cells_seen_[first + i], found[i], "bulk get");
    }
  }

  void gather_cells() {
    std::array<std::size_t, 12> index{};
    std::ranges::generate(index, [&] { return below(objects_.cells.size()); });
    std::array<std::uint64_t, index.size()> found{};
    objects_.cells.gather(index, found);
    for (std::size_t k = 0; k < index.size(); ++k) {
      // An index may come twice, from a far block read once or a near one read twice.
      EXPECT_GE(found[k], cells_seen_[index[k]]) << "gather";
    }
    for (std::size_t k = 0; k < index.size(); ++k) {
      cells_seen_[index[k]] = std::max(cells_seen_[index[k]], found[k]);
    }
  }

  void view_cells() {
    const auto [first, n] = range_of(objects_.cells.size(), 40);
    const auto view = objects_.cells.read(first, n);
    for (std::size_t i = 0; i < n; ++i) {
      expect_growth(cells_seen_[first + i], view[i], "view of cells");
    }
  }

  // ---- begun, and waited for later ----

  /// Cells of this thread's own: puts to one block keep their order, whether they were waited for or not.
  void begin_puts() {
    for (int i = 0; i < 3; ++i) {
      const std::size_t mine = who_.number * random_accesses::cells_each + below(random_accesses::cells_each);
      begun_.push_back(objects_.cells.ptr(mine).async_put(++cell_version_));
      EXPECT_EQ(objects_.cells[mine], cell_version_) << "behind a put that nobody has waited for";
    }
    if (below(2) == 0) {
      begun_.clear();
    }
  }

  void get_later() {
    const std::size_t i = below(counted_seen_.size());
    auto begun = objects_.counted[i].async_get();
    if (below(2) == 0) {
      static_cast<void>(begun.ready());
    }
    expect_whole(begun.get(), counted_seen_[i], "get that was begun");
  }

  void gather_later() {
    std::array<std::size_t, 12> index{};
    std::ranges::generate(index, [&] { return below(objects_.cells.size()); });
    std::array<std::uint64_t, index.size()> found{};
    objects_.cells.async_gather(index, found).wait();
    for (std::size_t k = 0; k < index.size(); ++k) {
      EXPECT_GE(found[k], cells_seen_[index[k]]) << "gather that was begun";
    }
    for (std::size_t k = 0; k < index.size(); ++k) {
      cells_seen_[index[k]] = std::max(cells_seen_[index[k]], found[k]);
    }
  }

  void walk_cells() {
    const auto [first, n] = range_of(objects_.cells.size(), objects_.cells.size());
    std::size_t i = first;
    for (const auto chunk : objects_.cells.walk(first, n)) {
      for (const std::uint64_t each : chunk) {
        expect_growth(cells_seen_[i], each, "walk");
        ++i;
      }
    }
  }

  // ---- table ----

  void view_table() {
    const auto [first, n] = range_of(random_accesses::table_size, 40);
    const auto view = objects_.table.read(first, n);
    const auto sum = std::accumulate(view.begin(), view.end(), std::uint64_t{0});
    for (std::size_t i = 0; i < n; ++i) {
      expect_growth(table_seen_[first + i], view[i], "view of the table");
    }
    EXPECT_EQ(std::accumulate(view.begin(), view.end(), std::uint64_t{0}), sum) << "a view changed";
  }

  void write_table() {
    const auto [first, n] = range_of(random_accesses::table_size, 40);
    auto view = objects_.table.write(first, n);
    for (std::size_t i = 0; i < n; ++i) {
      expect_growth(table_seen_[first + i], view[i], "view for writing");
      table_seen_[first + i] = ++view[i];
    }
    view.release();
    random_accesses::note(all_.tabled_, n);
  }

  void write_own_table() {
    auto mine = objects_.table.write_local();
    for (auto& each : mine) {
      ++each;
    }
    const std::size_t n = mine.size();
    mine.release();
    random_accesses::note(all_.tabled_, n);
  }

  std::pair<std::size_t, std::size_t> range_of(std::size_t size, std::size_t most) {
    const std::size_t first = below(size);
    return {first, 1 + below(std::min(most, size - first))};
  }

  // ---- passed on ----

  void pass_on() {
    large made{};
    made.set(random_() | 1U);
    const auto object = liana::make_global<large>(made);
    auto& to = all_.mail_[below(all_.mail_.size())];
    const std::scoped_lock lock(to.mutex);
    to.objects.push_back(object);
  }

  void take_in() {
    auto& mine = all_.mail_[who_.number];
    std::vector<liana::global_ptr<large>> taken;
    {
      const std::scoped_lock lock(mine.mutex);
      taken.swap(mine.objects);
    }
    for (const auto& each : taken) {
      EXPECT_TRUE(each.get().whole()) << "an object that was passed on";
      liana::destroy(each);
      random_accesses::note(all_.passed_on_, 1);
    }
  }

  // ---- added to, locked ----

  void add() {
    expect_growth(added_seen_, objects_.added_to.fetch_add(1) + 1, "addition");
    random_accesses::note(all_.added_, 1);
  }

  void write_under_mutex() {
    const std::scoped_lock lock(objects_.mutex);
    write_locked(0);
  }
  void write_under_shared_mutex() {
    const std::scoped_lock lock(objects_.shared_mutex);
    write_locked(1);
  }
  void write_locked(std::size_t which) {
    const std::uint64_t value = objects_.locked[which].get();
    expect_growth(locked_seen_[which], value, "get under a lock");
    objects_.locked[which].put(value + 1);
    random_accesses::note(all_.locked_[which], 1);
  }

  void read_under_shared_mutex() {
    const std::shared_lock lock(objects_.shared_mutex);
    const std::uint64_t value = objects_.locked[1].get();
    expect_growth(locked_seen_[1], value, "get under a shared lock");
    std::this_thread::yield();
    EXPECT_EQ(objects_.locked[1].get(), value) << "written under a shared lock";
  }

  /// Of all threads of the process, which still count.
  void look_at_statistics() {
    const liana::statistics now = liana::stats();
    const std::uint64_t sum = now.hits + now.misses + now.home_accesses + now.evictions;
    expect_growth(counts_seen_, sum, "statistics");
  }

  random_accesses& all_;
  participant who_;
  random_accesses::known_objects& objects_;
  std::mt19937_64 random_;
  std::vector<std::uint64_t> small_seen_;
  std::vector<std::uint64_t> counted_seen_;
  std::vector<std::uint64_t> published_seen_;
  std::vector<std::uint64_t> cells_seen_;
  std::vector<std::uint64_t> table_seen_;
  std::uint64_t published_ = 0;
  std::uint64_t cell_version_ = 0;
  std::uint64_t counts_seen_ = 0;
  std::uint64_t added_seen_ = 0;
  std::array<std::uint64_t, 2> locked_seen_{};
  std::vector<liana::pending_put> begun_;
};

}  // namespace liana_tests::sim
