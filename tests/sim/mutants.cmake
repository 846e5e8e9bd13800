# Mutants of the runtime: each lacks one thing that the runtime relies on, and a test must notice that.
#
#   liana_mutant(NAME FILE FROM TO [FROM TO])   `explore` must catch it: the test sim.mutants
#   liana_suite_mutant(SUITE NAME FILE FROM TO [FROM TO])  SUITE of sim_tests must fail: sim.SUITE.notices_NAME
#   liana_racy_mutant(NAME FILE FROM TO)        ThreadSanitizer must report a data race: sim_threads.reports_NAME
#
# The simulation is compiled from copies of the mutated files, in which every FROM is replaced by its TO. So one build has all mutants.
# MUTANT stands in TO for a variable that is true when the program was started as the mutant NAME: by `explore --mutant NAME`, or by
# LIANA_TEST_MUTANT=NAME in the environment. Started without a name, the copies do what the runtime does.
#
# FROM must be found exactly once in FILE. Where mutants replace the same text, the TO of each ends with that text.

include(mutate.cmake)

# ---- invalidations (R7) ----

liana_mutant(one_host_not_invalidated runtime/coherence/invalidate.cpp
  [[    const rank_t leader = state.hosts->leader(host);]]
  [[    if (MUTANT && host == state.hosts->hosts() - 1) {
      return;
    }
    const rank_t leader = state.hosts->leader(host);]])
liana_mutant(own_host_not_invalidated runtime/coherence/invalidate.cpp
  [[      mine = true;]]
  [[      mine = !MUTANT;]])
liana_mutant(own_stamp_left_in_store_buffer runtime/coherence/invalidate.cpp
  [[    std::atomic_thread_fence(std::memory_order_seq_cst);  // R7]]
  [[    if (!MUTANT) std::atomic_thread_fence(std::memory_order_seq_cst);  // R7]])
liana_mutant(invalidation_without_flush runtime/coherence/invalidate.cpp
  [[transport::operation::visible_write(word]]
  [[(MUTANT ? transport::operation::write : transport::operation::visible_write)(word]])
liana_mutant(near_write_without_invalidation runtime/coherence/near_access.cpp
  [[    invalidate_sharers(state, entry, block);
  } catch (...) {
    entry.near.store(0]]
  [[    if (!MUTANT) invalidate_sharers(state, entry, block);
  } catch (...) {
    entry.near.store(0]])
liana_mutant(inline_put_without_invalidation runtime/include/liana/detail/access.hpp
  [[        if (any_mark(sharers_of(entry))) {]]
  [[        if (any_mark(sharers_of(entry)) && !MUTANT) {]])
liana_mutant(first_host_of_a_group_only runtime/state/host_map.hpp
  [[host < first + hosts_per_mark_ && host < hosts()]]
  [[host < first + (MUTANT ? 1 : hosts_per_mark_) && host < hosts()]])

# ---- the read miss (R2 to R5) ----

liana_mutant(stamp_taken_late runtime/coherence/read_miss.cpp
  [[  state_.wire->post(block_.home(), std::span(chain).first(begun.has_data ? 3 : 2), done_);]]
  [[  state_.wire->post(block_.home(), std::span(chain).first(begun.has_data ? 3 : 2), done_);
  if (MUTANT) stamp_ = state_.validity(block_);]])
liana_mutant(registered_after_the_entry runtime/coherence/read_miss.cpp
  [[const std::array chain{begun.mark, begun.entry, begun.data};]]
  [[const std::array chain{MUTANT ? begun.entry : begun.mark, MUTANT ? begun.mark : begun.entry, begun.data};]])
liana_mutant(read_while_locked runtime/coherence/read_miss.cpp
  [[if (seen_->lock() != 0) {]]
  [[if (seen_->lock() != 0 && !MUTANT) {]])
liana_mutant(read_while_a_near_rank_writes runtime/coherence/read_miss.cpp
  [[if (has_near_writer(seen_->near())) {]]
  [[if (has_near_writer(seen_->near()) && !MUTANT) {]])
liana_mutant(no_sharer_check runtime/coherence/read_miss.cpp
  [[if (!unheld() || !still_valid || mark == 0) {  // R3, R5, R4]]
  [[if (!unheld() || !still_valid || (mark == 0 && !MUTANT)) {]]
  [[if (mark == state_.hosts->my_mark()) {  // R4: my own]]
  [[if (mark == state_.hosts->my_mark() || MUTANT) {]])
liana_mutant(any_mark_on_the_dependent_path runtime/coherence/read_miss.cpp
  [[looks_.confirm(seen_->version())]]
  [[(looks_.confirm(seen_->version()) || MUTANT)]])
liana_mutant(any_mark_for_a_near_replica runtime/coherence/near_access.cpp
  [[looks.confirm(seen[2])]]
  [[(looks.confirm(seen[2]) || MUTANT)]])
liana_mutant(no_validity_check runtime/coherence/read_miss.cpp
  [[const bool still_valid = state_.validity(block_) == stamp_;]]
  [[const bool still_valid = state_.validity(block_) == stamp_ || MUTANT;]])

# ---- the far write and its release (R1, R6, R8) ----

liana_mutant(far_write_ignores_near_holders runtime/coherence/far_write.cpp
  [[if (seen_->near() != 0) {]]
  [[if (seen_->near() != 0 && !MUTANT) {]])
liana_mutant(data_not_read_again_after_near_holders runtime/coherence/far_write.cpp
  [[.first(fetch_to_ != nullptr ? 2 : 1)]]
  [[.first(fetch_to_ != nullptr && !MUTANT ? 2 : 1)]])
# The chain of the release: the data, the version with the sharers, the lock.
liana_mutant(sharers_cleared_before_the_data runtime/coherence/far_write.cpp
  [[chain, posted->done);  // R8: in this order]]
  [[MUTANT ? std::array{chain[1], chain[0], chain[2]} : chain, posted->done);  // R8: in this order]])
liana_mutant(unlocked_before_the_data runtime/coherence/far_write.cpp
  [[chain, posted->done);  // R8: in this order]]
  [[MUTANT ? std::array{chain[1], chain[2], chain[0]} : chain, posted->done);  // R8: in this order]])
liana_mutant(unlocked_by_a_write runtime/coherence/far_write.cpp
  [[chain, posted->done);  // R8: in this order]]
  [[MUTANT ? std::array{chain[0], chain[1], operation::write(lock_at(state, block), "\0\0\0\0\0\0\0", 8)}
             : chain, posted->done);  // R8: in this order]])
liana_mutant(writer_keeps_an_unregistered_replica runtime/coherence/far_write.cpp
  [[    state.hosts->only_me(end.sharers.data());]]
  [[    if (!MUTANT) state.hosts->only_me(end.sharers.data());]])

# ---- puts that nobody waits for yet ----

liana_mutant(waits_leave_begun_puts_alone runtime/state/wait.cpp
  [[    state_.begun->move_on();]]
  [[    if (!MUTANT) state_.begun->move_on();]])
liana_mutant(small_put_overtakes_a_begun_one runtime/coherence/access_one_block.cpp
  [[    finish_puts_to(state, block);]]
  [[    if (!MUTANT) finish_puts_to(state, block);]])
liana_mutant(begun_put_leaves_orphans_valid runtime/coherence/put_list.cpp
  [[  invalidate_here(state, at.block());]]
  [[  if (!MUTANT) invalidate_here(state, at.block());]])

# ---- near accesses ----

liana_mutant(near_write_ignores_the_lock runtime/include/liana/detail/near_block.hpp
  [[  if (entry.lock.load(std::memory_order_seq_cst) == 0) {]]
  [[  if (entry.lock.load(std::memory_order_seq_cst) == 0 || MUTANT) {]])
liana_mutant(read_in_place_ignores_the_lock runtime/coherence/near_access.cpp
  [[if (entry.lock.load(std::memory_order_seq_cst) == 0 || ]]
  [[if (entry.lock.load(std::memory_order_seq_cst) == 0 || MUTANT || ]])
liana_mutant(near_mark_left_in_store_buffer runtime/coherence/near_access.cpp
  [[    std::atomic_thread_fence(std::memory_order_seq_cst);  // registered before the entry is read]]
  [[    if (!MUTANT) std::atomic_thread_fence(std::memory_order_seq_cst);]])
liana_mutant(near_fetch_without_validity_check runtime/coherence/near_access.cpp
  [[if (state.validity(block) == stamp) {  // R5]]
  [[if (state.validity(block) == stamp || MUTANT) {]])
liana_mutant(near_get_looks_once runtime/include/liana/detail/access.hpp
  [[  return (holders | (entry.version.load(std::memory_order_relaxed) ^ version)) == 0;]]
  [[  return MUTANT || (holders | (entry.version.load(std::memory_order_relaxed) ^ version)) == 0;]])

# ---- replicas ----

liana_mutant(hit_without_the_stamp runtime/include/liana/detail/access.hpp
  [[return found.copy->stamp.load(std::memory_order_relaxed) == word ? found : replica_hit{};]]
  [[return found.copy->stamp.load(std::memory_order_relaxed) == word || MUTANT ? found : replica_hit{};]])
liana_mutant(hint_of_another_block runtime/include/liana/detail/access.hpp
  [[    const bool is_its_block = offset >> at.block_log2() == 0;]]
  [[    const bool is_its_block = offset >> at.block_log2() == 0 || MUTANT;]]
  [[  return (offset | (offset + bytes - 1)) >> at.block_log2() == 0 ? offset : ~std::uint64_t{0};]]
  [[  if (MUTANT) return at.offset_in_block();
  return (offset | (offset + bytes - 1)) >> at.block_log2() == 0 ? offset : ~std::uint64_t{0};]])
liana_mutant(pinned_replica_reused runtime/cache/cache.cpp
  [[  if (copy.pins.load(std::memory_order_seq_cst) == 0) {
    return true;]]
  [[  if (copy.pins.load(std::memory_order_seq_cst) == 0 || MUTANT) {
    return true;]])
liana_mutant(pin_without_a_second_look runtime/include/liana/detail/replica.hpp
  [[  return copy.sequence.load(std::memory_order_seq_cst) == sequence;]]
  [[  return copy.sequence.load(std::memory_order_seq_cst) == sequence || MUTANT;]])
liana_mutant(writer_stamp_taken_after_the_release runtime/coherence/far_write.cpp
  [[  protocol_of(state).releases.put(state, std::move(posted));]]
  [[  if (MUTANT && what == after_release::keep_replica) {
    posted->pinned->stamp.store(state.validity(block), std::memory_order_relaxed);
  }
  protocol_of(state).releases.put(state, std::move(posted));]])

# ---- atomics (R1) and locks ----

liana_mutant(processor_atomics_beside_the_transports runtime/include/liana/detail/words.hpp
  [[  if (at.home() < here.word_ranks && !at.is_null())]]
  [[  if ((at.home() < here.word_ranks ||
       (MUTANT && at.home() < here.size && here.homes[at.home()].origin != nullptr)) &&
      !at.is_null())]])
liana_mutant(change_of_a_word_lost runtime/sync/words.cpp
  [[guess != found) {]]
  [[guess != found && (kept > 0 || !MUTANT)) {]])
liana_mutant(lock_without_a_wait runtime/sync/lock_queue.cpp
  [[  if (before == 0) {
    return node;]]
  [[  if (before == 0 || MUTANT) {
    return node;]])
liana_mutant(lock_by_an_old_grant runtime/sync/lock_queue.cpp
  [[  node.granted.store(0, std::memory_order_relaxed);]]
  [[  if (!MUTANT) node.granted.store(0, std::memory_order_relaxed);]])
liana_mutant(queue_left_while_somebody_comes runtime/sync/lock_queue.cpp
  [[    while ((next = mine.next.load(std::memory_order_acquire)) == 0) {]]
  [[    while (!MUTANT && (next = mine.next.load(std::memory_order_acquire)) == 0) {]])
liana_mutant(end_of_a_wait_not_told runtime/sync/lock_queue.cpp
  [[    mine.gave_up.store(static_cast<std::uint64_t>(problem.peer()) + 1, std::memory_order_release);]]
  [[    if (!MUTANT) mine.gave_up.store(static_cast<std::uint64_t>(problem.peer()) + 1, std::memory_order_release);]])
liana_mutant(reader_beside_a_writer runtime/sync/locks.cpp
  [["lock_shared") > reader_mask) {]]
  [["lock_shared") > reader_mask && !MUTANT) {]])
liana_mutant(writer_beside_readers runtime/sync/locks.cpp
  [[    wait_for_readers(require_runtime("lock"), at);]]
  [[    if (!MUTANT) wait_for_readers(require_runtime("lock"), at);]])
liana_mutant(reader_counted_behind_the_queue runtime/sync/locks.cpp
  [[    add_to_word(inside_of(at), one_reader, "lock_shared");
    leave_queue(state, at, node, "lock_shared");]]
  [[    if (MUTANT) leave_queue(state, at, node, "lock_shared");
    add_to_word(inside_of(at), one_reader, "lock_shared");
    if (!MUTANT) leave_queue(state, at, node, "lock_shared");]])

# ---- work and loops ----

liana_suite_mutant(work places_used_too_early runtime/sync/work_queue.cpp
  [[  if (returned == there.begin) {]]
  [[  if (returned == there.begin || MUTANT) {]])
liana_suite_mutant(work returned_counted_after_taken runtime/sync/work_queue.cpp
  [[  const auto returned =
      static_cast<std::uint32_t>(load_word(part_of(*storage_, storage_->rank, returned_at), operation));
  const index_range there = unpack(load_word(range, operation));]]
  [[  const std::uint64_t early = MUTANT ? load_word(range, operation) : 0;
  const auto returned =
      static_cast<std::uint32_t>(load_word(part_of(*storage_, storage_->rank, returned_at), operation));
  const index_range there = unpack(MUTANT ? early : load_word(range, operation));]])
liana_suite_mutant(work thief_counted_as_idle runtime/sync/work_queue.cpp
  [[      add_to_word(idle, ~std::uint64_t{0}, operation);]]
  [[      if (!MUTANT) add_to_word(idle, ~std::uint64_t{0}, operation);]])
liana_suite_mutant(work range_taken_without_a_look runtime/sync/range_word.cpp
  [[    if (before == found) {]]
  [[    if (before == found || MUTANT) {]])
liana_suite_mutant(loops loop_begun_before_all_have_met runtime/sync/parallel_for.cpp
  [[  meet(state, call);]]
  [[  if (!MUTANT) meet(state, call);]])

# ---- guards in place that another thread closes ----

liana_suite_mutant(a_guard_in_place count_of_readers_taken_for_a_hold runtime/coherence/near_access.cpp
  [[may_hold_in_place(state, block)) {
    return true;]]
  [[(MUTANT ? near != 0 : may_hold_in_place(state, block))) {
    return true;]]
  [[  if (entry.lock.load(std::memory_order_relaxed) != 0 && !may_hold_in_place(state, block)) {]]
  [[  if (entry.lock.load(std::memory_order_relaxed) != 0 && !MUTANT && !may_hold_in_place(state, block)) {]])
liana_suite_mutant(a_guard_in_place get_beside_a_hold_without_a_count runtime/coherence/near_access.cpp
  [[    if (entry.lock.load(std::memory_order_relaxed) == 0 || !try_take_in_place(state, entry, block)) {
      return false;
    }
    racing_copy(to, home.origin + at.offset(), bytes);
    give_in_place(entry);]]
  [[    if (entry.lock.load(std::memory_order_relaxed) == 0 ||
        !(MUTANT ? may_hold_in_place(state, block) : try_take_in_place(state, entry, block))) {
      return false;
    }
    racing_copy(to, home.origin + at.offset(), bytes);
    if (!MUTANT) give_in_place(entry);]])

# ---- plain memory ----

liana_suite_mutant(plain_memory version_kept_beside_a_holder runtime/objects/exposure.cpp
  [[      entry.version.fetch_add(1, std::memory_order_seq_cst);]]
  [[      if (!MUTANT) entry.version.fetch_add(1, std::memory_order_seq_cst);]])
liana_suite_mutant(plain_memory plain_writes_beside_the_home_not_published runtime/objects/exposure.cpp
  [[    for (const std::uint64_t block : of_others_) {
      all.add(address(block));]]
  [[    for (const std::uint64_t block : of_others_) {
      if (!MUTANT) all.add(address(block));]])
liana_suite_mutant(plain_memory marks_cleared_beside_a_holder runtime/objects/exposure.cpp
  [[    post_invalidations(state_, block, reinterpret_cast<const std::byte*>(sharers.data()), sent_.get());]]
  [[    if (MUTANT && (taken_.empty() || taken_.back() != &entry)) {
      for (auto& word : entry.sharers) word.store(0);
    }
    post_invalidations(state_, block, reinterpret_cast<const std::byte*>(sharers.data()), sent_.get());]])

# ---- memory orders ----

liana_racy_mutant(publish_relaxed runtime/cache/cache.cpp
  [[copy.sequence.store(sequence + 1, std::memory_order_release);]]
  [[copy.sequence.store(sequence + 1, MUTANT ? std::memory_order_relaxed : std::memory_order_release);]])
liana_racy_mutant(unpin_relaxed runtime/include/liana/detail/replica.hpp
  [[copy.pins.fetch_sub(1, std::memory_order_seq_cst)]]
  [[copy.pins.fetch_sub(1, MUTANT ? std::memory_order_relaxed : std::memory_order_seq_cst)]])
liana_racy_mutant(abandon_without_mutex runtime/cache/cache.cpp
  [[void cache::abandon(replica& copy) {
  const annotated_lock lock(self_->mutex);]]
  [[void cache::abandon(replica& copy) {
  std::unique_lock lock(self_->mutex, std::defer_lock);
  if (!MUTANT) lock.lock();]])
