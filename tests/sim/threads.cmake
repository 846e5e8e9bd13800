# Real threads under ThreadSanitizer itself: ranks of one process on the simulated network, several threads each. Once more
# the runtime's sources, with what the simulator puts in place of MPI, POSIX shared memory and hwloc, and `current` per thread.
set(threaded_sources ${simulated_sources} ${stand_ins} ${network})
list(REMOVE_ITEM threaded_sources simulation.cpp)

# Assertions stay. A flow warning of GCC's is documented to report falsely on instrumented code.
set(thread_checked -fsanitize=thread -O1 -UNDEBUG -fno-omit-frame-pointer -Wno-tsan -Wno-maybe-uninitialized)

add_library(liana_threaded STATIC ${threaded_sources})
set_target_properties(liana_threaded PROPERTIES EXPORT_COMPILE_COMMANDS OFF ${by_folder})  # as liana_simulated
target_include_directories(liana_threaded PUBLIC ${simulated_include_dirs})
target_compile_definitions(liana_threaded PUBLIC LIANA_CONTEXT_PER_THREAD)
target_compile_options(liana_threaded PUBLIC ${thread_checked} PRIVATE -Wno-shadow)
target_link_options(liana_threaded INTERFACE -fsanitize=thread)
target_link_libraries(liana_threaded PUBLIC fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json Threads::Threads)

add_executable(sim_threads_tests threads_tests.cpp threads_program.cpp threaded_job.cpp mutants.cpp)
target_link_libraries(sim_threads_tests PRIVATE liana_threaded GTest::gtest_main)

# Not among the tests labelled `sanitize`, which the sanitizer builds run: this is one of its own.
set(thread_checks TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1)
liana_unit_test(NAME sim_threads TARGET sim_threads_tests ENVIRONMENT ${thread_checks} TIMEOUT 300)
set_tests_properties(sim_threads PROPERTIES LABELS unit)

# What must be reported: the proof that ThreadSanitizer sees the threads of a rank through a network that it does not see. It sees a race only
# where the threads happen to take turns in the right places, mostly within a second, but seldom enough on a busy machine. So the program begins
# anew until there is a report, and the test fails if there is none in 60 runs.
get_property(racy_mutants GLOBAL PROPERTY LIANA_RACY_MUTANTS)
foreach(name IN LISTS racy_mutants)
  liana_unit_test(
    NAME sim_threads.reports_${name}
    TARGET sim_threads_tests
    ARGUMENTS --gtest_filter=*apart_with_tiny_caches --gtest_repeat=60
    ENVIRONMENT ${thread_checks} LIANA_TEST_MUTANT=${name}
    TIMEOUT 300)
  set_tests_properties(sim_threads.reports_${name} PROPERTIES LABELS unit PASS_REGULAR_EXPRESSION
                                                                          "WARNING: ThreadSanitizer: data race")
endforeach()
