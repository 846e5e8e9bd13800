#include <memory>

#include "tests/growth/computed.hpp"
#include "transport/transport.hpp"
#include "transport/verbs/connection.hpp"
#include "transport/verbs/endpoint.hpp"

namespace liana_tests::growth {

verbs_growth verbs_parts(const job_shape& of, const verbs_limits& device) {
  constexpr std::uint64_t least_entry_bytes = 64;
  namespace verbs = liana::transport::verbs;
  verbs::device_facts facts;
  facts.name = "device";
  facts.attributes.max_qp = device.queue_pairs;
  facts.attributes.max_cqe = device.completion_entries;
  facts.attributes.max_qp_wr = device.requests;
  verbs_growth needed;
  const auto ranks = static_cast<std::uint64_t>(of.ranks);
  needed.queue_pairs = ranks + 1;  // one leads to each rank, and one is the far end of that to oneself
  const std::uint64_t of_host = needed.queue_pairs * static_cast<std::uint64_t>(of.near_ranks());
  try {
    const verbs::queue_sizes sizes = verbs::plan_queues(facts, static_cast<int>(needed.queue_pairs));
    needed.send_depth = sizes.send_depth;
    needed.completion_entries = static_cast<std::uint64_t>(sizes.completion_entries);
  } catch (const liana::transport::unavailable& problem) {
    needed.refused = problem.what();
    return needed;
  }
  if (of_host > static_cast<std::uint64_t>(device.queue_pairs)) {
    needed.refused = "the ranks of a host need " + std::to_string(of_host) + " queue pairs together";
  }
  const auto depth = static_cast<unsigned>(needed.send_depth);
  // The connection, what leads to it from the transport and from what polls, and the transport's view of its segment is
  // counted with the runtime.
  needed.heap_bytes = ranks * (verbs::connection::bytes_for(depth) + sizeof(std::unique_ptr<verbs::connection>) +
                               sizeof(verbs::connection*));
  if (device.inline_bytes < liana::transport::inline_bytes) {
    needed.bounce_bytes = ranks * depth * liana::transport::inline_bytes;
  }
  needed.device_bytes = (needed.completion_entries + needed.queue_pairs * depth) * least_entry_bytes;
  return needed;
}

}  // namespace liana_tests::growth
