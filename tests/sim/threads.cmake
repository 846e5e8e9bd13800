# Real threads under ThreadSanitizer itself: ranks of one process on the simulated network, several threads each. Once more
# the runtime's sources, with what the simulator puts in place of MPI, POSIX shared memory and hwloc, and `current` per thread.
set(threaded_sources ${simulated_sources} ${stand_ins} ${PROJECT_SOURCE_DIR}/transport/sim/network.cpp
    ${PROJECT_SOURCE_DIR}/transport/sim/network_steps.cpp)
list(REMOVE_ITEM threaded_sources simulation.cpp)

# Assertions stay. A flow warning of GCC's is documented to report falsely on instrumented code.
set(thread_checked -fsanitize=thread -O1 -UNDEBUG -fno-omit-frame-pointer -Wno-tsan -Wno-maybe-uninitialized)

add_library(liana_threaded STATIC ${threaded_sources})
set_target_properties(liana_threaded PROPERTIES EXPORT_COMPILE_COMMANDS OFF)  # clang-tidy has seen them
target_include_directories(liana_threaded PUBLIC ${PROJECT_SOURCE_DIR} ${liana_public_include_dirs})
target_compile_definitions(liana_threaded PUBLIC LIANA_CONTEXT_PER_THREAD)
target_compile_options(liana_threaded PUBLIC ${thread_checked})
target_link_options(liana_threaded INTERFACE -fsanitize=thread)
target_link_libraries(liana_threaded PUBLIC fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json Threads::Threads)

add_executable(sim_threads_tests threads_tests.cpp threads_program.cpp threaded_job.cpp)
target_link_libraries(sim_threads_tests PRIVATE liana_threaded GTest::gtest_main)

# Not among the tests labelled `sanitize`, which the sanitizer builds run: this is one of its own.
set(thread_checks TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1)
liana_unit_test(NAME sim_threads TARGET sim_threads_tests ENVIRONMENT ${thread_checks} TIMEOUT 300)
set_tests_properties(sim_threads PROPERTIES LABELS unit)

# What must be reported: the proof that ThreadSanitizer sees the threads of a rank through a network that it does not see.
#
#   liana_racy_mutant(NAME FILE FROM TO)
#     sim_threads_tests with FILE, runtime/cache/cache.cpp or a public header, in which FROM is TO.
function(liana_racy_mutant name source from to)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${source})
  file(READ ${PROJECT_SOURCE_DIR}/${source} text)
  liana_mutate(text ${name} "${text}" "${from}" "${to}")
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/mutants/racy_${name})
  string(REGEX REPLACE "^runtime/include/" "" included ${source})
  file(CONFIGURE OUTPUT ${directory}/${included} CONTENT "${text}" @ONLY)
  if(source MATCHES "^runtime/include/")
    add_executable(sim_threads_${name} threads_tests.cpp threads_program.cpp threaded_job.cpp ${PROJECT_SOURCE_DIR}/runtime/cache/cache.cpp)
    target_include_directories(sim_threads_${name} BEFORE PRIVATE ${directory})
  else()
    add_executable(sim_threads_${name} ${directory}/${source} $<TARGET_OBJECTS:sim_threads_tests>)
  endif()
  target_link_libraries(sim_threads_${name} PRIVATE liana_threaded GTest::gtest_main)
  set_target_properties(sim_threads_${name} PROPERTIES EXPORT_COMPILE_COMMANDS OFF RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/mutants)
  liana_unit_test(
    NAME sim_threads.reports_${name}
    TARGET sim_threads_${name}
    ARGUMENTS --gtest_filter=*apart_with_tiny_caches
    ENVIRONMENT ${thread_checks})
  set_tests_properties(sim_threads.reports_${name} PROPERTIES LABELS unit PASS_REGULAR_EXPRESSION
                                                                          "WARNING: ThreadSanitizer: data race")
endfunction()

liana_racy_mutant(publish_relaxed runtime/cache/cache.cpp
  [[copy.sequence.store(sequence + 1, std::memory_order_release);]]
  [[copy.sequence.store(sequence + 1, std::memory_order_relaxed);]])
liana_racy_mutant(unpin_relaxed runtime/include/liana/detail/replica.hpp
  [[copy.pins.fetch_sub(1, std::memory_order_seq_cst)]]
  [[copy.pins.fetch_sub(1, std::memory_order_relaxed)]])
liana_racy_mutant(abandon_without_mutex runtime/cache/cache.cpp
  [[void cache::abandon(replica& copy) {
  const annotated_lock lock(self_->mutex);]]
  [[void cache::abandon(replica& copy) {]])
