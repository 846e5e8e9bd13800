// What the protocol adds to the device's own operations, in one run. Rank 0 measures memory of rank 1, which waits in a
// barrier.
//
//     LIANA_TRANSPORT=verbs LIANA_HOSTS=each LIANA_SEGMENT_BYTES=192M mpirun -n 2 verbs_benchmark
//
// | row                  | Liana                                        | bare verbs                                  |
// | read miss 4 KiB      | a read guard on a block that was never here  | one RDMA READ of 4 KiB                      |
// |   its chain, bare    | its three operations by bare verbs           | the same                                    |
// | read miss 64 KiB     | as above                                     | one RDMA READ of 64 KiB                     |
// | unshared write 4 KiB | a write guard on a block that nobody shares, | compare-and-swap and RDMA READ of 4 KiB,    |
// |                      | until it is open                             | one doorbell                                |
// |   and its release    | opened, written and released                 | the same                                    |
// | bulk get 4 MiB       | array::get of 1024 blocks of 4 KiB           | 1024 RDMA READs of 4 KiB, 64 under way      |
// |   to reads of 32 KiB | the same, of blocks read before and evicted  | 128 RDMA READs of 32 KiB                    |
// | gather, 1000 blocks  | array::gather of 1000 scattered blocks of    | 1000 RDMA READs of 4 KiB, 64 under way      |
// |                      | 4 KiB                                        |                                             |
//
// Both columns are measured in turn, window by window; min and median are over the windows, in microseconds per
// operation. The table says where a ratio of medians exceeds its limit; the exit status does not, because a busy
// machine is no bug. The indented rows explain and have no limit. No thread waits for a release: a device carries it
// out while the program goes on. A device in software does so on the CPU of the rank that posts.
//
// Every miss takes a block that was never read before, so the segment must hold them all. LIANA_CACHE_BYTES=16M makes
// replicas be evicted as in a program that has run for a while.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <liana/liana.hpp>

#include "benchmarks/bare_verbs.hpp"

namespace {

using clock_type = std::chrono::steady_clock;

template <std::size_t Bytes>
struct block_of {
  std::array<std::uint64_t, Bytes / 8> words;
};
using small_block = block_of<4096>;
using large_block = block_of<65536>;

constexpr std::size_t bulk_bytes = std::size_t{4} << 20U;
constexpr std::size_t bulk_width = 64;
constexpr std::size_t gathered_blocks = 1000;
constexpr std::size_t bulk_large_piece = 32768;  ///< what Liana joins to one read where eight blocks lie in a row
constexpr double no_limit = 1000;
constexpr std::size_t warm_up_windows = 2;  ///< pages of the cache's tables that are touched for the first time

struct options {
  std::size_t windows = 14;  ///< with those that only warm up
  std::size_t small_per_window = 100;
  std::size_t large_per_window = 12;
};

/// Microseconds per operation of each window.
struct samples {
  std::vector<double> values;

  [[nodiscard]] double least() const { return *std::min_element(values.begin(), values.end()); }
  [[nodiscard]] double median() const {
    std::vector<double> sorted(values);
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

struct row {
  std::string name;
  double limit = 0;
  samples liana;
  samples bare;
};

double microseconds_since(clock_type::time_point start) {
  return std::chrono::duration<double, std::micro>(clock_type::now() - start).count();
}

/// Measures both in turn. The functions return microseconds per operation of one window.
row compare(const char* name, double limit, std::size_t windows, const std::function<double(std::size_t)>& liana,
            const std::function<double()>& bare) {
  row result{.name = name, .limit = limit, .liana = {}, .bare = {}};
  for (std::size_t window = 0; window < windows; ++window) {
    const double bare_time = bare();
    const double liana_time = liana(window);
    if (window >= warm_up_windows) {
      result.bare.values.push_back(bare_time);
      result.liana.values.push_back(liana_time);
    }
  }
  return result;
}

/// Per operation, of so many.
double time_of(std::size_t count, const std::function<void(std::size_t)>& operation) {
  const auto start = clock_type::now();
  for (std::size_t i = 0; i < count; ++i) {
    operation(i);
  }
  return microseconds_since(start) / static_cast<double>(count);
}

/// What rank 0 measures. All blocks of rank 1 lie in the second half of the arrays.
struct memory {
  liana::array<small_block> small;
  liana::array<small_block> written;
  liana::array<large_block> large;
  liana::array<std::uint64_t> bulk;
  liana::array<small_block> scattered;
};

memory make_memory(const options& wanted) {
  const std::size_t windows = wanted.windows;
  return {.small = liana::make_array<small_block>(2 * windows * wanted.small_per_window, {.block_bytes = 4096}),
          .written = liana::make_array<small_block>(8 * windows * wanted.small_per_window, {.block_bytes = 4096}),
          .large = liana::make_array<large_block>(2 * windows * wanted.large_per_window, {.block_bytes = 65536}),
          .bulk = liana::make_array<std::uint64_t>(2 * windows * bulk_bytes / 8, {.block_bytes = 4096}),
          .scattered = liana::make_array<small_block>(2 * windows * gathered_blocks, {.block_bytes = 4096})};
}

template <class Block>
row read_misses(const char* name, double limit, std::size_t windows, std::size_t count,
                const liana::array<Block>& blocks, bare::connection& wire) {
  const std::size_t first = blocks.size() / 2;
  std::uint64_t sum = 0;
  return compare(
      name, limit, windows,
      [&](std::size_t window) {
        return time_of(count, [&](std::size_t i) {
          const auto guard = blocks.ptr(first + window * count + i).read();
          sum += guard->words[0];
        });
      },
      [&] { return time_of(count, [&](std::size_t) { wire.read(sizeof(Block)); }); });
}

/// Until the block is open, or until it is released. An untimed miss behind it, on the same connection, lets the
/// release land.
row unshared_writes(bool released, const options& wanted, const memory& global, bare::connection& wire) {
  const std::size_t count = wanted.small_per_window;
  const std::size_t first = global.written.size() / 2 + (released ? global.written.size() / 4 : 0);
  return compare(
      released ? "  and its release" : "unshared write 4 KiB", released ? no_limit : 1.6, wanted.windows,
      [&](std::size_t window) {
        double total = 0;
        for (std::size_t i = 0; i < count; ++i) {
          const auto target = global.written.ptr(first + 2 * (window * count + i));
          const auto start = clock_type::now();
          auto guard = target.write();
          guard->words[0] = i;
          const double opened = microseconds_since(start);
          guard.release();
          total += released ? microseconds_since(start) : opened;
          (void)(target + 1).read();
        }
        return total / static_cast<double>(count);
      },
      [&] { return time_of(count, [&](std::size_t) { wire.swap_and_read(sizeof(small_block)); }); });
}

row bulk_gets(const char* name, double limit, std::size_t piece, const options& wanted, const memory& global,
              bare::connection& wire) {
  const std::size_t elements = bulk_bytes / 8;
  const std::size_t first = global.bulk.size() / 2;
  std::vector<std::uint64_t> to(elements);
  return compare(
      name, limit, wanted.windows,
      [&](std::size_t window) {
        return time_of(1, [&](std::size_t) { global.bulk.get(first + window * elements, to); });
      },
      [&] { return time_of(1, [&](std::size_t) { wire.read_pipelined(bulk_bytes, piece, bulk_width); }); });
}

/// Each window gathers blocks from all over the array that no other one does.
row gathers(const options& wanted, const memory& global, bare::connection& wire) {
  const std::size_t first = global.scattered.size() / 2;
  std::vector<std::size_t> blocks(wanted.windows * gathered_blocks);
  std::iota(blocks.begin(), blocks.end(), first);
  std::shuffle(blocks.begin(), blocks.end(), std::mt19937_64(1));
  std::vector<std::size_t> offsets(gathered_blocks);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    offsets[i] = blocks[i] % (bulk_bytes / sizeof(small_block)) * sizeof(small_block);
  }
  std::vector<small_block> to(gathered_blocks);
  return compare(
      "gather, 1000 blocks", 1.3, wanted.windows,
      [&](std::size_t window) {
        const auto index = std::span(blocks).subspan(window * gathered_blocks, gathered_blocks);
        return time_of(1, [&](std::size_t) { global.scattered.gather(index, to); });
      },
      [&] { return time_of(1, [&](std::size_t) { wire.read_scattered(offsets, sizeof(small_block), bulk_width); }); });
}

void report(const std::vector<row>& rows) {
  std::printf("%-22s %23s %23s %15s %6s\n", "", "Liana, us", "bare verbs, us", "ratio", "limit");
  std::printf("%-22s %11s %11s %11s %11s %7s %7s\n", "", "min", "median", "min", "median", "min", "median");
  for (const row& each : rows) {
    const double ratio = each.liana.median() / each.bare.median();
    std::printf("%-22s %11.1f %11.1f %11.1f %11.1f %7.2f %7.2f", each.name.c_str(), each.liana.least(),
                each.liana.median(), each.bare.least(), each.bare.median(), each.liana.least() / each.bare.least(),
                ratio);
    if (each.limit < no_limit) {
      std::printf(" %6.2f%s", each.limit, ratio <= each.limit ? "" : "  exceeded");
    }
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("What the protocol adds to the device's own operations");
  options wanted;
  app.add_option("--windows", wanted.windows, "Windows for each row, of which the first two only warm up")
      ->check(CLI::Range(3, 1000));
  app.add_option("--small", wanted.small_per_window, "Operations on blocks of 4 KiB in a window");
  app.add_option("--large", wanted.large_per_window, "Operations on blocks of 64 KiB in a window");
  CLI11_PARSE(app, argc, argv);

  const liana::runtime rt(argc, argv);
  if (liana::size() != 2) {
    std::fprintf(stderr, "verbs_benchmark takes 2 ranks\n");
    return 2;
  }
  bare::connection wire(MPI_COMM_WORLD, bulk_bytes);
  const memory global = make_memory(wanted);
  liana::barrier();
  if (liana::rank() == 0) {
    std::vector<row> rows;
    rows.push_back(read_misses("read miss 4 KiB", 1.5, wanted.windows, wanted.small_per_window, global.small, wire));
    rows.push_back(compare(
        "  its chain, bare", no_limit, wanted.windows,
        [&](std::size_t) {
          return time_of(wanted.small_per_window, [&](std::size_t) { wire.mark_and_read(sizeof(small_block)); });
        },
        [&] { return time_of(wanted.small_per_window, [&](std::size_t) { wire.read(sizeof(small_block)); }); }));
    rows.push_back(read_misses("read miss 64 KiB", 1.2, wanted.windows, wanted.large_per_window, global.large, wire));
    rows.push_back(unshared_writes(false, wanted, global, wire));
    rows.push_back(unshared_writes(true, wanted, global, wire));
    rows.push_back(bulk_gets("bulk get 4 MiB", 1.3, sizeof(small_block), wanted, global, wire));
    rows.push_back(bulk_gets("  to reads of 32 KiB", no_limit, bulk_large_piece, wanted, global, wire));
    rows.push_back(gathers(wanted, global, wire));
    report(rows);
  }
  liana::barrier();
  return 0;
}
