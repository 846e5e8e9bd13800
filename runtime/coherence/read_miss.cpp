#include "runtime/coherence/read_miss.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "runtime/state/completion.hpp"

namespace liana::detail {
namespace {

using transport::operation;

/// From this size on the entry alone is looked at first when an older copy is still there: below, the data cost no more
/// than the second round trip that they may take.
constexpr std::size_t revalidate_from_bytes = 1024;

/// After this many failures the dependent path is taken, which does not depend on what else the host's ranks do.
constexpr unsigned failures_before_dependent = 3;

}  // namespace

read_miss::read_miss(runtime_state& state, address block, replica& copy, bool kept, when_all_are_lent then)
    : state_(state),
      block_(block),
      copy_(copy),
      kept_(kept),
      dependent_(kept && block.block_bytes() >= revalidate_from_bytes),
      seen_(state, then) {}

read_miss::~read_miss() {
  while (!under_way().done()) {
    state_.wire->progress();
  }
}

/// runtime/coherence/README.md, "Far read miss".
bool read_miss::step() {
  if (phase_ == phase::idle) {
    post();
  }
  if (!under_way().done()) {
    return false;
  }
  check_completion(state_, under_way(), "read", block_);
  joined_.reset();
  return judge();
}

/// One chain; or, on the dependent path, its first half.
read_miss::first_try read_miss::prepare(const std::uint16_t& mark) {
  stamp_ = state_.validity(block_);  // R2: before registering
  const host_map& hosts = *state_.hosts;
  const std::uint64_t entry = state_.entry_at(block_);
  const std::uint64_t my_mark_at = entry + offsetof(directory_entry, sharers) + hosts.mark_offset();
  phase_ = dependent_ ? phase::registering : phase::reading;
  if (!dependent_) {
    kept_ = false;  // the older data is overwritten
    count(counter.bytes_read, block_.block_bytes());
  }
  // A mark of one byte is the lower one of the number.
  static_assert(std::endian::native == std::endian::little);
  return {
      .mark = operation::write(my_mark_at, &mark, hosts.mark_bytes()),
      .entry = operation::read(entry, seen_->entry.data(), entry_bytes),
      .data = operation::read(state_.data_at(block_), copy_.data.load(std::memory_order_relaxed), block_.block_bytes()),
      .has_data = !dependent_};
}

void read_miss::post() {
  const std::uint16_t mark = state_.hosts->my_mark();
  const first_try begun = prepare(mark);
  const std::array chain{begun.mark, begun.entry, begun.data};
  state_.wire->post(block_.home(), std::span(chain).first(begun.has_data ? 3 : 2), done_);
}

read_miss::first_try read_miss::join(std::shared_ptr<transport::completion> together, const std::uint16_t& mark_of) {
  joined_ = std::move(together);
  return prepare(mark_of);
}

bool read_miss::judge() {
  const bool still_valid = state_.validity(block_) == stamp_;  // R5: loaded after the completion
  const std::uint16_t mark = state_.hosts->mark_in(seen_->sharers());
  switch (phase_) {
    case phase::reading:
      if (!unheld() || !still_valid || mark == 0) {  // R3, R5, R4
        return reject();
      }
      if (mark == state_.hosts->my_mark()) {  // R4: my own
        return accept();
      }
      // Another rank of this host registered after me: the host is registered and only the data is in doubt.
      dependent_ = true;
      post();
      return step();

    case phase::registering:
    case phase::confirming:
      return judge_entry(still_valid, mark);

    default:
      return still_valid ? accept() : reject();  // R5: nobody has written since the registration was seen
  }
}

/// The dependent path: the data are read once the entry is in and accepted.
bool read_miss::judge_entry(bool still_valid, std::uint16_t mark) {
  if (!unheld() || mark == 0) {  // R3, R4
    return reject();
  }
  if (!registered(mark)) {
    phase_ = phase::confirming;
    const std::array chain{operation::read(state_.entry_at(block_), seen_->entry.data(), entry_bytes)};
    state_.wire->post(block_.home(), chain, done_);
    return step();
  }
  if (kept_ && copy_.version.load(std::memory_order_relaxed) == seen_->version()) {
    return still_valid ? accept() : reject();  // R5
  }
  phase_ = phase::data;
  count(counter.bytes_read, block_.block_bytes());
  const std::array chain{
      operation::read(state_.data_at(block_), copy_.data.load(std::memory_order_relaxed), block_.block_bytes())};
  state_.wire->post(block_.home(), chain, done_);
  kept_ = false;
  return step();
}

/// R4: this rank's own mark, or another's of this host that is known to be good.
bool read_miss::registered(std::uint16_t mark) {
  return mark == state_.hosts->my_mark() || looks_.confirm(seen_->version());
}

/// R3. Notes who holds the block if somebody does.
bool read_miss::unheld() {
  if (seen_->lock() != 0) {
    holder_ = static_cast<rank_t>(seen_->lock() - 1);
    return false;
  }
  if (has_near_writer(seen_->near())) {
    holder_ = static_cast<rank_t>((seen_->near() >> 32U) - 1);
    return false;
  }
  return true;
}

bool read_miss::accept() {
  copy_.version.store(seen_->version(), std::memory_order_relaxed);
  copy_.stamp.store(stamp_, std::memory_order_relaxed);
  return true;
}

bool read_miss::reject() {
  looks_.forget();
  ++failures_;
  dependent_ = dependent_ || failures_ >= failures_before_dependent;
  phase_ = phase::idle;
  return false;
}

void begin_several(runtime_state& state, std::span<read_miss* const> misses) {
  // By address: data ascend with it, entries descend.
  std::vector<read_miss*> ascending(misses.begin(), misses.end());
  std::ranges::sort(ascending, {}, [](const read_miss* each) { return each->block().bits(); });
  const auto together = std::make_shared<transport::completion>();
  const std::uint16_t mark = state.hosts->my_mark();
  std::vector<operation> marks;
  std::vector<operation> entries;
  std::vector<operation> data;
  marks.reserve(3 * misses.size());
  for (read_miss* const each : ascending) {
    const auto begun = each->join(together, mark);
    marks.push_back(begun.mark);
    entries.push_back(begun.entry);
    if (begun.has_data) {
      data.push_back(begun.data);
    }
  }
  std::vector<operation>& chain = marks;
  chain.insert(chain.end(), entries.rbegin(), entries.rend());
  chain.insert(chain.end(), data.begin(), data.end());
  state.wire->post(misses.front()->block().home(), chain, *together);
}

}  // namespace liana::detail
