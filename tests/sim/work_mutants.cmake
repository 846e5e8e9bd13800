# Mutants that the tests of work and loops must notice.
#
#   liana_work_mutant(NAME FILE FROM TO)
#     sim_tests, linked with FILE in which FROM, found there exactly once, is TO. The test passes when these fail.
function(liana_work_mutant name file from to)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
  file(READ ${PROJECT_SOURCE_DIR}/${file} text)
  string(FIND "${text}" "${from}" first)
  string(FIND "${text}" "${from}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "liana_work_mutant(${name}): the text is not found exactly once in ${file}: ${from}")
  endif()
  string(REPLACE "${from}" "${to}" text "${text}")
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name})
  file(CONFIGURE OUTPUT ${directory}/${file} CONTENT "${text}" @ONLY)
  add_executable(sim_tests_${name} ${directory}/${file} work_tests.cpp)
  target_compile_options(sim_tests_${name} PRIVATE ${instrumented} -Wno-unused-parameter)
  target_include_directories(sim_tests_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(sim_tests_${name} PRIVATE liana_scheduler liana_simulated GTest::gtest_main)
  set_target_properties(sim_tests_${name} PROPERTIES EXPORT_COMPILE_COMMANDS OFF RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/mutants)
  liana_unit_test(NAME sim.work.notices_${name} TARGET sim_tests_${name} LABELS sim)
  # A failed assertion about the work, not any other end.
  set_tests_properties(sim.work.notices_${name} PROPERTIES LABELS "unit;sim" PASS_REGULAR_EXPRESSION "FAILED  . (work|loops)")
endfunction()

liana_work_mutant(places_used_too_early runtime/sync/work_queue.cpp
  [[  if (static_cast<std::uint32_t>(load_word(part_of(*storage_, storage_->rank, returned_at), operation)) ==
      there.begin) {]]
  [[  if (returned_at != 0) {]])
liana_work_mutant(thief_counted_as_idle runtime/sync/work_queue.cpp
  [[      add_to_word(idle, ~std::uint64_t{0}, operation);]]
  [[]])
liana_work_mutant(range_taken_without_a_look runtime/sync/range_word.cpp
  [[    if (before == found) {]]
  [[    if (before != pack(left)) {]])
liana_work_mutant(loop_begun_before_all_have_met runtime/sync/parallel_for.cpp
  [[  meet(state, call);]]
  [[]])
