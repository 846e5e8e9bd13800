# Tests that run under mpirun, and the labels by which test.sh selects them.
#
#   liana_unit_test(NAME name TARGET target [ARGUMENTS a...] [ENVIRONMENT A=b...] [TIMEOUT seconds] [LABELS l...])
#     One process without mpirun. Labels: unit, sanitize.
#
#   liana_rank_test(NAME name TARGET target [RANKS 1 2 3 4 8] [HOSTS real each 2] [VARIANTS 1.real 4.2] [QUICK 2.each 3.2]
#                   [ARGUMENTS a...] [ENVIRONMENT A=b...] [TIMEOUT seconds] [LABELS l...])
#     VARIANTS: of the numbers of ranks and values of LIANA_HOSTS only these pairs. One test per number of ranks and value of LIANA_HOSTS, named name.ranks4.hosts-each. Labels: ranks; sanitize with 3 ranks, or with 2
#     where there are no 3, of the hosts in LIANA_SANITIZED_HOSTS only, if that is set; and long, unless there is no QUICK, or the variant is
#     in it: a number of ranks, a dot and a value of LIANA_HOSTS. What a variant adds: 1.real has nobody else, and so the least; 2.each is all far
#     with two ends only; 3.2 and 4.2 are near and far at once, so ranks that are all near (real) meet little that is not met there; with 4.2
#     two ranks share a replica on each host; 8.each and 8.2 have more ranks than processors and more sharers than one.
#
#   liana_failure_test(NAME name TARGET target EXPECT regex [RANKS 2] [ARGUMENTS a...] [ENVIRONMENT A=b...] [TIMEOUT seconds] [LABELS l...])
#     Passes only if the job ends by itself, with an exit status other than 0, within the time, its output matches the extended regular
#     expression on one line, and nothing of liana is left in /dev/shm. EXPECT holds no semicolon. Labels: failure.
#
# What is labelled long runs in `test.sh --full` only. ENVIRONMENT replaces the defaults below, and a value holds no semicolon. TIMEOUT is for
# an idle machine; a slower or a busy one has more time (run_job.sh). The first test under mpirun also brings the pair of
# tests liana.shm_before and liana.shm_leftovers, between which ctest runs all tests under mpirun: the second fails if one left an object.

# Of the four places of the test presets, which are meant for two cores; jobs of one and two ranks take as many. A job that must fail takes
# one, because it mostly waits for mpirun to clear up; so four of them run at once, or one beside a job that computes.
set(LIANA_RANK_TEST_PLACES 3)

set(LIANA_TEST_DRIVERS ${CMAKE_CURRENT_LIST_DIR})
# In front of every command that runs mpirun, followed by a limit in seconds; run_failure.sh has it inside.
set(LIANA_RUN_JOB bash ${LIANA_TEST_DRIVERS}/run_job.sh)
set(LIANA_MOST_TIMES 20) # the longest time that run_job.sh gives, as a multiple of its limit
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/openmpi.env LIANA_OPENMPI_ENVIRONMENT REGEX "^[A-Z]")

# What a test runs with unless it sets the variable itself: small memory. No LIANA_TIMEOUT: run_job.sh ends what hangs, and by then the runtime
# has warned of the wait, with the block or lock and its holder. A warning before 30 s would make tests fail that look at all that is printed.
set(LIANA_TEST_ENVIRONMENT ${LIANA_OPENMPI_ENVIRONMENT} MPIEXEC=${MPIEXEC_EXECUTABLE} LIANA_WARN_AFTER=30s LIANA_SEGMENT_BYTES=64M LIANA_CACHE_BYTES=16M)
# A job that must fail needs less, and several of four ranks run at once in a guest whose shared memory is 1.6 GB.
set(LIANA_FAILURE_ENVIRONMENT LIANA_SEGMENT_BYTES=16M LIANA_CACHE_BYTES=4M)
if(LIANA_SANITIZE)
  list(
    APPEND
    LIANA_TEST_ENVIRONMENT
    UBSAN_OPTIONS=print_stacktrace=1
    TSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/tsan.supp:second_deadlock_stack=1
    LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/lsan.supp:print_suppressions=0)
  # At each start of MPI hwloc reads the names of all PCI devices there are, by allocations that take a second with the sanitizer.
  set(LIANA_SANITIZED_MPI_ENVIRONMENT HWLOC_COMPONENTS=-pci)
  # The sanitizer guesses where the thread-local memory of a plug-in lies from the words before it, guesses wrong with Debian 12's C library
  # and then dies of its own read ("Tracer caught signal 11"), by chance of the layout: it is told not to guess.
  list(APPEND LIANA_TEST_ENVIRONMENT ASAN_OPTIONS=intercept_tls_get_addr=0)
endif()

# Sets out to the defaults without those that override names, followed by override.
function(liana_merge_environment out override)
  set(merged)
  foreach(setting IN LISTS LIANA_TEST_ENVIRONMENT)
    string(REGEX MATCH "^[^=]+=" variable "${setting}")
    set(kept "${override}")
    list(FILTER kept INCLUDE REGEX "^${variable}")
    if(NOT kept)
      list(APPEND merged "${setting}")
    endif()
  endforeach()
  set(${out} ${merged} ${override} PARENT_SCOPE)
endfunction()

function(liana_check_test_arguments function)
  if(NOT ARG_NAME OR NOT ARG_TARGET)
    message(FATAL_ERROR "${function} needs NAME and TARGET")
  endif()
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function}(NAME ${ARG_NAME}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
endfunction()

# Sets out to ctest's limit for what has a limit of `seconds` in run_job.sh, which comes first: it ends the ranks in order, and ctest does not.
function(liana_last_limit out seconds)
  math(EXPR limit "${LIANA_MOST_TIMES} * ${seconds} + 600")
  set(${out} ${limit} PARENT_SCOPE)
endfunction()

# What the tests labelled `sanitize` run, and so all that the sanitizers' build presets build.
add_custom_target(sanitized_programs)

# A fixture rather than a test that happens to come last: ctest runs its two ends around whatever selection of tests it was given.
function(liana_leftover_fixture)
  get_property(registered GLOBAL PROPERTY LIANA_LEFTOVER_FIXTURE)
  if(registered)
    return()
  endif()
  set_property(GLOBAL PROPERTY LIANA_LEFTOVER_FIXTURE TRUE)
  set(driver bash ${LIANA_TEST_DRIVERS}/shm_leftovers.sh)
  set(snapshot ${PROJECT_BINARY_DIR}/shm_before.txt)
  add_test(NAME liana.shm_before COMMAND ${driver} snapshot ${snapshot})
  add_test(NAME liana.shm_leftovers COMMAND ${driver} check ${snapshot})
  set_tests_properties(liana.shm_before PROPERTIES FIXTURES_SETUP liana_shm)
  set_tests_properties(liana.shm_leftovers PROPERTIES FIXTURES_CLEANUP liana_shm)
endfunction()

function(liana_unit_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;TARGET;TIMEOUT" "ARGUMENTS;ENVIRONMENT;LABELS")
  liana_check_test_arguments(liana_unit_test)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  liana_merge_environment(environment "${ARG_ENVIRONMENT}")
  # Without run_job.sh, so this limit itself has room for a slow machine.
  liana_last_limit(limit ${ARG_TIMEOUT})
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_TARGET} ${ARG_ARGUMENTS})
  set(labels unit sanitize ${ARG_LABELS})
  add_dependencies(sanitized_programs ${ARG_TARGET})
  set_tests_properties(${ARG_NAME} PROPERTIES ENVIRONMENT "${environment}" TIMEOUT ${limit} LABELS "${labels}")
endfunction()

function(liana_rank_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;TARGET;TIMEOUT" "RANKS;HOSTS;VARIANTS;QUICK;ARGUMENTS;ENVIRONMENT;LABELS")
  liana_check_test_arguments(liana_rank_test)
  if(NOT ARG_RANKS)
    set(ARG_RANKS 1 2 3 4 8)
  endif()
  # What deals the ranks to hosts as another variant does is left out: one rank is one host, and two ranks on two hosts are one on each. The
  # runtime goes by the host of each rank (deal_hosts in runtime/job/job_settings.cpp), not by LIANA_HOSTS.
  set(left_out)
  if(NOT ARG_HOSTS)
    set(ARG_HOSTS real each 2)
    set(left_out 1.each 1.2 2.2)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  liana_leftover_fixture()
  liana_last_limit(last_limit ${ARG_TIMEOUT})
  foreach(ranks IN LISTS ARG_RANKS)
    # Three ranks are near, far, or both.
    set(sanitized FALSE)
    if(ranks EQUAL 3 OR (ranks EQUAL 2 AND NOT 3 IN_LIST ARG_RANKS))
      set(sanitized TRUE)
    endif()
    set(processors ${LIANA_RANK_TEST_PLACES})
    if(ranks LESS processors)
      set(processors ${ranks})
    endif()
    foreach(hosts IN LISTS ARG_HOSTS)
      if(${ranks}.${hosts} IN_LIST left_out OR (ARG_VARIANTS AND NOT ${ranks}.${hosts} IN_LIST ARG_VARIANTS))
        continue()
      endif()
      set(test ${ARG_NAME}.ranks${ranks}.hosts-${hosts})
      set(labels ranks ${ARG_LABELS})
      if(ARG_QUICK AND NOT ${ranks}.${hosts} IN_LIST ARG_QUICK)
        list(APPEND labels long)
      endif()
      if(sanitized AND (NOT LIANA_SANITIZED_HOSTS OR hosts IN_LIST LIANA_SANITIZED_HOSTS))
        list(APPEND labels sanitize)
        add_dependencies(sanitized_programs ${ARG_TARGET})
      endif()
      liana_merge_environment(environment "LIANA_HOSTS=${hosts};${LIANA_SANITIZED_MPI_ENVIRONMENT};${ARG_ENVIRONMENT}")
      add_test(
        NAME ${test}
        COMMAND ${LIANA_RUN_JOB} ${ARG_TIMEOUT} ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks}
                $<TARGET_FILE:${ARG_TARGET}> ${ARG_ARGUMENTS})
      set_tests_properties(
        ${test}
        PROPERTIES ENVIRONMENT "${environment}"
                   TIMEOUT ${last_limit}
                   PROCESSORS ${processors}
                   LABELS "${labels}"
                   FIXTURES_REQUIRED liana_shm)
    endforeach()
  endforeach()
endfunction()

function(liana_failure_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;TARGET;EXPECT;RANKS;TIMEOUT" "ARGUMENTS;ENVIRONMENT;LABELS")
  liana_check_test_arguments(liana_failure_test)
  if(NOT ARG_EXPECT)
    message(FATAL_ERROR "liana_failure_test(NAME ${ARG_NAME}) needs EXPECT, which says what the job must print")
  endif()
  if(NOT ARG_RANKS)
    set(ARG_RANKS 2)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  liana_leftover_fixture()
  liana_last_limit(last_limit ${ARG_TIMEOUT})
  set(labels failure ${ARG_LABELS})
  set(environment ${LIANA_SANITIZED_MPI_ENVIRONMENT} ${ARG_ENVIRONMENT})
  foreach(setting IN LISTS LIANA_FAILURE_ENVIRONMENT)
    string(REGEX REPLACE "=.*" "" variable "${setting}")
    if(NOT "${ARG_ENVIRONMENT}" MATCHES "${variable}=")
      list(APPEND environment "${setting}")
    endif()
  endforeach()
  liana_merge_environment(environment "${environment}")
  add_test(
    NAME ${ARG_NAME}
    COMMAND bash ${LIANA_TEST_DRIVERS}/run_failure.sh "${ARG_EXPECT}" ${ARG_TIMEOUT} ${MPIEXEC_EXECUTABLE}
            ${MPIEXEC_NUMPROC_FLAG} ${ARG_RANKS} $<TARGET_FILE:${ARG_TARGET}> ${ARG_ARGUMENTS})
  set_tests_properties(
    ${ARG_NAME}
    PROPERTIES ENVIRONMENT "${environment}"
               TIMEOUT ${last_limit}
               LABELS "${labels}"
               FIXTURES_REQUIRED liana_shm)
endfunction()
