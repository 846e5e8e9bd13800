// PageRank of a graph in distributed shared memory; README.md says what is where.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <liana/liana.hpp>

#include "graph.hpp"
#include "rows.hpp"
#include "run.hpp"
#include "serial_pagerank.hpp"

namespace pagerank {

namespace {

/// Compressed sparse rows of the incoming edges, as in `incoming_edges`, dealt out over all ranks in equal parts,
/// while every rank reads whichever part it needs. Nobody writes to them once they are filled, so a replica stays
/// valid.
struct shared_graph {
  std::size_t nodes = 0;
  std::size_t edges = 0;
  liana::array<std::uint64_t> offsets;      // nodes + 1
  liana::array<node> sources;               // edges
  liana::array<std::uint32_t> out_degrees;  // nodes
};

/// Collective. Moves rank 0's graph into global arrays; the others pass nothing.
shared_graph share_graph(const std::optional<graph>& of, std::size_t block_bytes) {
  shared_graph shared;
  shared.nodes = liana::broadcast(of ? of->nodes : 0, 0);
  shared.edges = liana::broadcast(of ? of->edges.size() : 0, 0);

  const liana::array_options options{.block_bytes = block_bytes};
  shared.offsets = liana::make_array<std::uint64_t>(shared.nodes + 1, options);
  shared.sources = liana::make_array<node>(shared.edges, options);
  shared.out_degrees = liana::make_array<std::uint32_t>(shared.nodes, options);

  if (of) {
    const incoming_edges rows = incoming(*of);
    shared.offsets.put(0, rows.offsets);
    shared.sources.put(0, rows.sources);
    shared.out_degrees.put(0, out_degrees(*of));
  }
  liana::barrier();
  return shared;
}

/// Collective. Frees the arrays.
void destroy(shared_graph& which) {
  liana::destroy(which.offsets);
  liana::destroy(which.sources);
  liana::destroy(which.out_degrees);
}

/// Reads of memory on other hosts.
struct far_reads {
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
};

/// The iteration that all ranks of the job do together; each computes the nodes that live in its part of the arrays.
///
/// A node gives each of its edges an equal share of its PageRank. The shares are in a global array: in turn everybody
/// puts its own there, and gets those of the others.
class power_iteration {
 public:
  /// Collective. Starts with equal PageRanks. The graph must outlive this object.
  power_iteration(const shared_graph& graph, const parameters& with, std::size_t block_bytes);

  /// Collective. One iteration; returns its residual, the sum over all nodes of how much their PageRanks changed.
  double step();

  /// Collective. The PageRanks of all nodes on rank 0; nothing on the others.
  [[nodiscard]] std::vector<double> values() const;

  /// What this rank reads of far memory in so many steps and in `values()`, element by element: for each edge to an own
  /// node, which node it comes from, and that node's share.
  [[nodiscard]] far_reads far_reads_of(std::size_t steps) const;

  /// Collective. Frees the arrays.
  void destroy();

 private:
  std::span<double> own_shares();
  void get_shares_of_others();
  void receive_shares();

  /// Goes through the edges that lead to own nodes, block by block: f(number of the first edge, where they come from).
  /// They are read where they lie, or from replicas, which stay valid because nobody writes them.
  template <class F>
  void for_own_sources(F f) const {
    const std::size_t end = own_.first_edge() + own_.edges();
    const std::size_t in_block = graph_.sources.block_elements();
    for (std::size_t first = own_.first_edge(); first < end;) {
      const std::size_t count = std::min(in_block - first % in_block, end - first);
      const auto sources = graph_.sources.read(first, count);
      f(first, *sources.chunks().begin());
      first += count;
    }
  }

  void publish(const totals& mine);

  const shared_graph& graph_;
  parameters with_;

  liana::array<double> values_;  // written at the end
  liana::array<double> shares_;

  rows own_;                         // this rank's nodes
  std::vector<double> shares_here_;  // of all nodes, of this iteration
  totals sum_;                       // over all nodes, since the last publish()
};

rows own_rows(const shared_graph& of, const liana::array<double>& values) {
  const auto [first, end] = values.local_range();
  std::vector<std::uint64_t> offsets(end - first + 1);
  of.offsets.get(first, offsets);
  std::vector<std::uint32_t> out_degrees(end - first);
  of.out_degrees.get(first, out_degrees);
  return {std::move(offsets), out_degrees, of.nodes};
}

power_iteration::power_iteration(const shared_graph& graph, const parameters& with, std::size_t block_bytes)
    : graph_(graph),
      with_(with),
      values_(liana::make_array<double>(graph.nodes, {.block_bytes = block_bytes})),
      shares_(liana::make_array<double>(graph.nodes, {.block_bytes = block_bytes})),
      own_(own_rows(graph, values_)),
      shares_here_(graph.nodes) {
  publish(own_.start(own_shares()));
}

double power_iteration::step() {
  get_shares_of_others();
  receive_shares();
  publish(own_.update(with_, sum_, own_shares()));
  return sum_.change;
}

std::span<double> power_iteration::own_shares() {
  return std::span(shares_here_).subspan(shares_.local_range().first, own_.size());
}

void power_iteration::get_shares_of_others() {
  const auto [first, end] = shares_.local_range();
  const std::span all(shares_here_);
  shares_.get(0, all.first(first));
  shares_.get(end, all.subspan(end));
}

void power_iteration::receive_shares() {
  for_own_sources([&](std::size_t, std::span<const node> sources) { own_.receive(sources, shares_here_); });
}

/// What this rank has made of its shares becomes what all read.
void power_iteration::publish(const totals& mine) {
  // Nobody comes out of this before all have got the shares that are now to be replaced.
  sum_ = liana::all_reduce(mine, [](const totals& a, const totals& b) { return a + b; });
  shares_.put(shares_.local_range().first, own_shares());
  liana::barrier();  // all have put theirs
}

std::vector<double> power_iteration::values() const {
  values_.put(values_.local_range().first, own_.values());
  liana::barrier();
  std::vector<double> all;
  if (liana::rank() == 0) {
    all.resize(graph_.nodes);
    values_.get(0, all);
  }
  return all;
}

far_reads power_iteration::far_reads_of(std::size_t steps) const {
  std::vector<std::uint8_t> far_node(graph_.nodes);
  std::size_t far_nodes = 0;
  for (std::size_t i = 0; i < graph_.nodes; ++i) {
    far_node[i] = shares_.ptr(i).is_local() ? 0 : 1;
    far_nodes += far_node[i];
  }
  std::size_t far_sources = 0;
  std::size_t far_shares = 0;
  for_own_sources([&](std::size_t first, std::span<const node> sources) {
    if (!graph_.sources.ptr(first).is_local()) far_sources += sources.size();
    for (const node each : sources) far_shares += far_node[each];
  });
  const std::size_t results = liana::rank() == 0 ? far_nodes : 0;
  return {.elements = steps * (far_sources + far_shares) + results,
          .bytes = steps * (far_sources * sizeof(node) + far_shares * sizeof(double)) + results * sizeof(double)};
}

void power_iteration::destroy() {
  liana::destroy(values_);
  liana::destroy(shares_);
}

/// What the iterations read of shared memory, and how that was served.
struct traffic {
  std::uint64_t hits = 0;           // reads that a replica served
  std::uint64_t misses = 0;         // those that went to the home
  std::uint64_t revalidations = 0;  // the misses for which the home had nothing newer
  std::uint64_t in_place = 0;       // accesses to near memory
  std::uint64_t bytes_read = 0;     // from other hosts
  std::uint64_t bytes_written = 0;  // to other hosts
  far_reads one_by_one;             // what the same reads are without a cache
};

template <class F>
[[nodiscard]] traffic combined(const traffic& a, const traffic& b, F f) {
  return {.hits = f(a.hits, b.hits),
          .misses = f(a.misses, b.misses),
          .revalidations = f(a.revalidations, b.revalidations),
          .in_place = f(a.in_place, b.in_place),
          .bytes_read = f(a.bytes_read, b.bytes_read),
          .bytes_written = f(a.bytes_written, b.bytes_written),
          .one_by_one = {.elements = f(a.one_by_one.elements, b.one_by_one.elements),
                         .bytes = f(a.one_by_one.bytes, b.one_by_one.bytes)}};
}

/// Of this rank, since it started.
[[nodiscard]] traffic traffic_so_far() {
  const auto counters = liana::stats();
  return {.hits = counters.hits,
          .misses = counters.misses,
          .revalidations = counters.revalidations,
          .in_place = counters.home_accesses,
          .bytes_read = counters.bytes_read,
          .bytes_written = counters.bytes_written,
          .one_by_one = {}};
}

/// demo.sh reads these lines.
void print_traffic(const traffic& of) {
  fmt::print("Hits: {} reads served by a replica; misses: {}, of which {} found nothing newer; accesses in place: {}\n",
             of.hits, of.misses, of.revalidations, of.in_place);
  fmt::print("Bytes moved: {} read, {} written\n", of.bytes_read, of.bytes_written);
  fmt::print("Bytes without a cache: {}, by a remote get for each of {} far elements\n", of.one_by_one.bytes,
             of.one_by_one.elements);
}

/// Collective. The values only on rank 0.
outcome compute(const std::optional<graph>& read, const settings& with, const apps::place& at) {
  shared_graph shared = share_graph(read, with.block_bytes);
  power_iteration iteration(shared, with.computation, with.block_bytes);
  const traffic before = traffic_so_far();
  outcome result = iterate(iteration, with.computation, at);
  traffic moved = combined(traffic_so_far(), before, std::minus<>());
  moved.one_by_one = iteration.far_reads_of(result.times.size());
  moved = liana::all_reduce(moved, [](const traffic& a, const traffic& b) { return combined(a, b, std::plus<>()); });
  if (at.rank == 0) print_traffic(moved);
  iteration.destroy();
  destroy(shared);
  return result;
}

int run(const settings& with) {
  const apps::place at{.rank = liana::rank(), .ranks = liana::size()};
  const std::optional<graph> read = read_on_first(with, at);
  if (!liana::broadcast(read.has_value(), 0)) return EXIT_FAILURE;
  const outcome result = compute(read, with, at);
  return liana::broadcast(report(read, result, with), 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace pagerank

int main(int argc, char** argv) {
  try {
    const liana::runtime runtime(argc, argv);
    const auto [with, exit_code] = pagerank::parse_command_line(argc, argv, liana::rank() == 0);
    return exit_code ? *exit_code : pagerank::run(with);
  } catch (const std::exception& error) {
    fmt::print(stderr, "pagerank: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
