# Mutants of the runtime: each lacks one thing that the protocol or the cache relies on, and a seed must show it.
#
#   liana_mutant(NAME FILE FROM TO [FROM2 TO2])
#     LIANA_MUTANT_SEED, set before: @ and a schedule that has caught it, which is looked at first, for what is rarely caught.
#     `explore`, linked with FILE in which FROM, found there exactly once, is TO. A public header mutates recorder.cpp and
#     what LIANA_MUTANT_WITH names, another one what LIANA_MUTANT_OF names.

set_property(DIRECTORY PROPERTY LIANA_MUTANTS "")

function(liana_mutate out name text from to)
  string(FIND "${text}" "${from}" first)
  string(FIND "${text}" "${from}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "The mutant ${name} does not fit the runtime any more: found never, or more than once:\n${from}\n"
                        "Change it in tests/sim/mutants.cmake along with the code that it mutates.")
  endif()
  string(REPLACE "${from}" "${to}" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

function(liana_mutant name file from to)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR}/tests/sim APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
  file(READ ${PROJECT_SOURCE_DIR}/${file} text)
  liana_mutate(text ${name} "${text}" "${from}" "${to}")
  if(ARGC GREATER 5)
    liana_mutate(text ${name} "${text}" "${ARGV4}" "${ARGV5}")
  endif()
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name})
  string(REGEX REPLACE "^runtime/include/" "" included ${file})
  file(CONFIGURE OUTPUT ${directory}/${included} CONTENT "${text}" @ONLY)
  set(target mutant_${name})
  if(file MATCHES "^runtime/include/")
    add_executable(${target} recorder.cpp recorder_atomics.cpp ${LIANA_MUTANT_WITH} $<TARGET_OBJECTS:liana_explore> $<TARGET_OBJECTS:liana_program>)
  elseif(file MATCHES "\\.hpp$")
    add_executable(${target} ${PROJECT_SOURCE_DIR}/${LIANA_MUTANT_OF} $<TARGET_OBJECTS:liana_explore> $<TARGET_OBJECTS:liana_program> $<TARGET_OBJECTS:liana_recorder>)
  else()
    add_executable(${target} ${directory}/${file} $<TARGET_OBJECTS:liana_explore> $<TARGET_OBJECTS:liana_program> $<TARGET_OBJECTS:liana_recorder>)
  endif()
  target_include_directories(${target} BEFORE PRIVATE ${directory})
  target_compile_options(${target} PRIVATE ${instrumented} -Wno-unused-parameter -Wno-unused-variable -Wno-unused-function -Wno-unused-but-set-variable)
  target_link_libraries(${target} PRIVATE liana_scheduler liana_simulated liana_history)
  set_target_properties(${target} PROPERTIES EXPORT_COMPILE_COMMANDS OFF RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/mutants)
  set_property(GLOBAL APPEND PROPERTY LIANA_MUTANTS ${name}${LIANA_MUTANT_SEED})
endfunction()

# ---- invalidations (R7) ----

liana_mutant(one_host_not_invalidated runtime/coherence/invalidate.cpp
  [[    const rank_t leader = state.hosts->leader(host);]]
  [[    if (host == state.hosts->hosts() - 1) {
      return;
    }
    const rank_t leader = state.hosts->leader(host);]])
liana_mutant(own_host_not_invalidated runtime/coherence/invalidate.cpp
  [[      mine = true;]]
  [[]])
liana_mutant(own_stamp_left_in_store_buffer runtime/coherence/invalidate.cpp
  [[    std::atomic_thread_fence(std::memory_order_seq_cst);  // R7]]
  [[    // R7]])
liana_mutant(invalidation_without_flush runtime/coherence/invalidate.cpp
  [[transport::operation::visible_write(word]]
  [[transport::operation::write(word]])
liana_mutant(near_write_without_invalidation runtime/coherence/near_access.cpp
  [[    invalidate_sharers(state, entry, block);
  } catch (...)]]
  [[  } catch (...)]])
liana_mutant(inline_put_without_invalidation runtime/include/liana/detail/access.hpp
  [[        if (any_mark(sharers_of(entry))) {]]
  [[        if (any_mark(sharers_of(entry)) && here.size == 0) {]])
set(LIANA_MUTANT_OF runtime/coherence/invalidate.cpp)
liana_mutant(first_host_of_a_group_only runtime/state/host_map.hpp
  [[host < first + hosts_per_mark_ && host < hosts()]]
  [[host < first + 1 && host < hosts()]])

# ---- the read miss (R2 to R5) ----

liana_mutant(stamp_taken_late runtime/coherence/read_miss.cpp
  [[  state_.wire->post(block_.home(), std::span(chain).first(begun.has_data ? 3 : 2), done_);]]
  [[  state_.wire->post(block_.home(), std::span(chain).first(begun.has_data ? 3 : 2), done_);
  stamp_ = state_.validity(block_);]])
liana_mutant(registered_after_the_entry runtime/coherence/read_miss.cpp
  [[const std::array chain{begun.mark, begun.entry, begun.data};]]
  [[const std::array chain{begun.entry, begun.mark, begun.data};]])
liana_mutant(read_while_locked runtime/coherence/read_miss.cpp
  [[if (seen_->lock() != 0) {]]
  [[if (seen_->lock() == UINT64_MAX) {]])
liana_mutant(read_while_a_near_rank_writes runtime/coherence/read_miss.cpp
  [[if (has_near_writer(seen_->near())) {]]
  [[if (seen_->near() == UINT64_MAX) {]])
liana_mutant(no_sharer_check runtime/coherence/read_miss.cpp
  [[if (!unheld() || !still_valid || mark == 0) {  // R3, R5, R4]]
  [[if (!unheld() || !still_valid) {]]
  [[if (mark == state_.hosts->my_mark()) {  // R4: my own]]
  [[if (true) {]])
set(LIANA_MUTANT_OF runtime/coherence/read_miss.cpp)
set(LIANA_MUTANT_SEED @95816)
liana_mutant(any_mark_on_the_dependent_path runtime/coherence/read_miss.hpp
  [[static constexpr unsigned needed = 3;]]
  [[static constexpr unsigned needed = 1;]])
unset(LIANA_MUTANT_SEED)
set(LIANA_MUTANT_OF runtime/coherence/near_access.cpp)
liana_mutant(any_mark_for_a_near_replica runtime/coherence/read_miss.hpp
  [[static constexpr unsigned needed = 3;]]
  [[static constexpr unsigned needed = 1;]])
liana_mutant(no_validity_check runtime/coherence/read_miss.cpp
  [[const bool still_valid = state_.validity(block_) == stamp_;]]
  [[const bool still_valid = true;]])
# ---- the far write and its release (R1, R6, R8) ----

liana_mutant(far_write_ignores_near_holders runtime/coherence/far_write.cpp
  [[if (seen_->near() != 0) {]]
  [[if (seen_->near() == UINT64_MAX) {]])
liana_mutant(data_not_read_again_after_near_holders runtime/coherence/far_write.cpp
  [[.first(fetch_to_ != nullptr ? 2 : 1)]]
  [[.first(1)]])
liana_mutant(sharers_cleared_before_the_data runtime/coherence/far_write.cpp
  [[      operation::write(state.data_at(at), written.data(), written.size()),
      operation::write(state.entry_at(block) + offsetof(directory_entry, version), &end, sizeof end),]]
  [[      operation::write(state.entry_at(block) + offsetof(directory_entry, version), &end, sizeof end),
      operation::write(state.data_at(at), written.data(), written.size()),]])
liana_mutant(unlocked_before_the_data runtime/coherence/far_write.cpp
  [[      operation::write(state.data_at(at), written.data(), written.size()),
      operation::write(state.entry_at(block) + offsetof(directory_entry, version), &end, sizeof end),
      operation::compare_swap(lock_at(state, block), lock_of(state), 0, nullptr),]]
  [[      operation::write(state.entry_at(block) + offsetof(directory_entry, version), &end, sizeof end),
      operation::compare_swap(lock_at(state, block), lock_of(state), 0, nullptr),
      operation::write(state.data_at(at), written.data(), written.size()),]])
liana_mutant(unlocked_by_a_write runtime/coherence/far_write.cpp
  [[      operation::compare_swap(lock_at(state, block), lock_of(state), 0, nullptr),
  };
  auto posted]]
  [[      operation::write(lock_at(state, block), "\0\0\0\0\0\0\0", 8),
  };
  auto posted]])
liana_mutant(writer_keeps_an_unregistered_replica runtime/coherence/far_write.cpp
  [[    state.hosts->only_me(end.sharers.data());]]
  [[]])

# ---- puts that nobody waits for yet ----

liana_mutant(waits_leave_begun_puts_alone runtime/state/wait.cpp
  [[    state_.begun->move_on();]]
  [[]])
liana_mutant(small_put_overtakes_a_begun_one runtime/coherence/access_one_block.cpp
  [[    finish_puts_to(state, block);]]
  [[]])
liana_mutant(begun_put_leaves_orphans_valid runtime/coherence/put_list.cpp
  [[  invalidate_here(state, at.block());]]
  [[]])

# ---- near accesses ----

set(LIANA_MUTANT_WITH ${PROJECT_SOURCE_DIR}/runtime/coherence/near_access.cpp)
liana_mutant(near_write_ignores_the_lock runtime/include/liana/detail/near_block.hpp
  [[  if (entry.lock.load(std::memory_order_seq_cst) == 0) {]]
  [[  if (entry.lock.load(std::memory_order_seq_cst) != UINT64_MAX) {]])
unset(LIANA_MUTANT_WITH)
liana_mutant(read_in_place_ignores_the_lock runtime/coherence/near_access.cpp
  [[if (entry.lock.load(std::memory_order_seq_cst) == 0 || again) {]]
  [[if (entry.lock.load(std::memory_order_seq_cst) != UINT64_MAX || again) {]])
liana_mutant(near_mark_left_in_store_buffer runtime/coherence/near_access.cpp
  [[    std::atomic_thread_fence(std::memory_order_seq_cst);  // registered before the entry is read]]
  [[]])
liana_mutant(near_fetch_without_validity_check runtime/coherence/near_access.cpp
  [[if (state.validity(block) == stamp) {  // R5]]
  [[if (state.validity(block) != UINT64_MAX) {]])
liana_mutant(near_get_looks_once runtime/include/liana/detail/access.hpp
  [[  return entry.lock.load(std::memory_order_acquire) == 0 &&
         !has_near_writer(entry.near.load(std::memory_order_acquire)) &&
         entry.version.load(std::memory_order_relaxed) == version;]]
  [[  return version != UINT64_MAX;]])

# ---- replicas ----

liana_mutant(hit_without_the_stamp runtime/include/liana/detail/access.hpp
  [[return found.copy->stamp.load(std::memory_order_relaxed) == word ? found : replica_hit{};]]
  [[return word != UINT64_MAX ? found : replica_hit{};]])
liana_mutant(hint_of_another_block runtime/include/liana/detail/access.hpp
  [[    const bool is_its_block = offset >> at.block_log2() == 0;]]
  [[    const bool is_its_block = offset != UINT64_MAX;]]
  [[  return (offset | (offset + bytes - 1)) >> at.block_log2() == 0 ? offset : ~std::uint64_t{0};]]
  [[  return bytes == 0 ? offset : at.offset_in_block();]])
liana_mutant(pinned_replica_reused runtime/cache/cache.cpp
  [[  if (copy.pins.load(std::memory_order_seq_cst) == 0) {
    return true;]]
  [[  if (copy.pins.load(std::memory_order_seq_cst) != UINT32_MAX) {
    return true;]])
set(LIANA_MUTANT_WITH ${PROJECT_SOURCE_DIR}/runtime/coherence/access_one_block.cpp ${PROJECT_SOURCE_DIR}/runtime/coherence/access_many_blocks.cpp)
liana_mutant(pin_without_a_second_look runtime/include/liana/detail/replica.hpp
  [[  return copy.sequence.load(std::memory_order_seq_cst) == sequence;]]
  [[  return copy.sequence.load(std::memory_order_seq_cst) != UINT64_MAX;]])
unset(LIANA_MUTANT_WITH)
liana_mutant(writer_stamp_taken_after_the_release runtime/coherence/far_write.cpp
  [[  state.wire->post(block.home(), chain, posted->done);  // R8: in this order]]
  [[  state.wire->post(block.home(), chain, posted->done);
  if (what == after_release::keep_replica) {
    posted->pinned->stamp.store(state.validity(block), std::memory_order_relaxed);
  }]])

# ---- atomics (R1) and locks ----

liana_mutant(processor_atomics_beside_the_transports runtime/include/liana/detail/words.hpp
  [[  if (at.home() < here.word_ranks && !at.is_null())]]
  [[  if (at.home() < here.size && here.homes[at.home()].origin != nullptr && !at.is_null())]])
liana_mutant(change_of_a_word_lost runtime/sync/words.cpp
  [[guess != found) {]]
  [[guess != found && kept > 0) {]])
liana_mutant(lock_without_a_wait runtime/sync/lock_queue.cpp
  [[  if (before == 0) {
    return node;]]
  [[  if (before != node) {
    return node;]])
liana_mutant(lock_by_an_old_grant runtime/sync/lock_queue.cpp
  [[  node.granted.store(0, std::memory_order_relaxed);]]
  [[]])
liana_mutant(queue_left_while_somebody_comes runtime/sync/lock_queue.cpp
  [[    while ((next = mine.next.load(std::memory_order_acquire)) == 0) {
      wait.step(nobody);
    }]]
  [[    static_cast<void>(wait);]])
set(LIANA_MUTANT_SEED @17873)
liana_mutant(end_of_a_wait_not_told runtime/sync/lock_queue.cpp
  [[    mine.gave_up.store(static_cast<std::uint64_t>(problem.peer()) + 1, std::memory_order_release);]]
  [[    static_cast<void>(problem);]])
unset(LIANA_MUTANT_SEED)
liana_mutant(reader_beside_a_writer runtime/sync/locks.cpp
  [["lock_shared") > reader_mask) {]]
  [["lock_shared") > ~std::uint64_t{0} - 1) {]])
liana_mutant(writer_beside_readers runtime/sync/locks.cpp
  [[    wait_for_readers(require_runtime("lock"), at);]]
  [[]])
liana_mutant(reader_counted_behind_the_queue runtime/sync/locks.cpp
  [[    add_to_word(inside_of(at), one_reader, "lock_shared");
    leave_queue(state, at, node, "lock_shared");]]
  [[    leave_queue(state, at, node, "lock_shared");
    add_to_word(inside_of(at), one_reader, "lock_shared");]])
