# Whole runs, which compare their results with a serial computation. Blocks of 16 bytes deal small graphs out over all ranks.
set(small_blocks --block-bytes 16)
set(blocks --block-bytes 4096)
liana_application_tests(
  pagerank CASE packages QUICK TWIN 1 2 3 4
  ARGUMENTS --packages ${data}/available.txt ${small_blocks})
liana_application_tests(pagerank CASE random RANKS 2 3 TWIN 1 2 3 4 ARGUMENTS --edges ${random_edges} ${blocks})
liana_application_tests(pagerank CASE edges RANKS 3 ARGUMENTS --edges ${data}/ring.edges ${small_blocks})
liana_application_tests(
  pagerank CASE general_matrix RANKS 3
  ARGUMENTS --matrix-market ${data}/pages.mtx ${small_blocks})
liana_application_tests(
  pagerank CASE symmetric_matrix RANKS 3
  ARGUMENTS --matrix-market ${data}/grid.mtx ${small_blocks})
# Replicas are evicted and invalidated by mistake all the time.
liana_application_tests(
  pagerank CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --edges ${random_edges} ${blocks} --iterations 20
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  pagerank_mpi CASE more_ranks_than_blocks RANKS 4 HOSTS real
  ARGUMENTS --edges ${data}/ring.edges)

# The same ranking to the last digit, however many ranks and hosts compute it.
add_test(
  NAME apps.pagerank.same_ranking
  COMMAND ${LIANA_RUN_JOB} 120 bash ${CMAKE_CURRENT_SOURCE_DIR}/same_ranking.sh ${data}/available.ranking
          ${MPIEXEC_EXECUTABLE} $<TARGET_FILE:pagerank> --packages ${data}/available.txt ${small_blocks})
liana_last_limit(limit 120)
set_tests_properties(
  apps.pagerank.same_ranking
  PROPERTIES ENVIRONMENT "${LIANA_TEST_ENVIRONMENT}"
             TIMEOUT ${limit}
             PROCESSORS ${LIANA_RANK_TEST_PLACES}
             LABELS "ranks;long"
             FIXTURES_REQUIRED liana_shm)

# What goes wrong on rank 0 alone ends all ranks, with the cause.
liana_application_tests(
  pagerank CASE missing_file QUICK RANKS 4
  FAILS "^pagerank: /nowhere/web.mtx: cannot be opened: No such file or directory$"
  ARGUMENTS --matrix-market /nowhere/web.mtx)
liana_application_tests(
  pagerank CASE malformed_edges RANKS 3
  FAILS "^pagerank: .*/malformed.edges:3: 'b c 1.0' is no edge: expected two names, 'from to', found 3$"
  ARGUMENTS --edges ${data}/malformed.edges)
liana_application_tests(
  pagerank CASE malformed_matrix
  FAILS "^pagerank: .*/malformed.mtx:5: '9' is no index: accepted are 1 to 4$"
  ARGUMENTS --matrix-market ${data}/malformed.mtx)
liana_application_tests(
  pagerank CASE malformed_packages
  FAILS "^pagerank: .*/malformed.txt:2: 'b .>= 1' names no package: expected 'name', "
  ARGUMENTS --packages ${data}/malformed.txt)

# What goes wrong on all ranks.
liana_application_tests(
  pagerank CASE bad_value RANKS 3
  FAILS "^--iterations: Value 0 not in range 1 to "
  ARGUMENTS --iterations 0)
foreach(option IN ITEMS block-bytes=-1 iterations=010 tolerance=nan)
  liana_application_tests(
    pagerank CASE no_number.${option}
    FAILS "^--[a-z-]+: Value [-0-9a-z]+ is not a (whole|decimal) number$"
    ARGUMENTS --${option})
endforeach()
liana_application_tests(
  pagerank CASE two_graphs
  FAILS "^--edges excludes --matrix-market$"
  ARGUMENTS --edges ${data}/ring.edges --matrix-market ${data}/grid.mtx)
liana_application_tests(
  pagerank CASE bad_block_size
  FAILS "^pagerank: .*100.*power of two"
  ARGUMENTS --edges ${data}/ring.edges --block-bytes 100)
liana_application_tests(
  pagerank_mpi CASE missing_file RANKS 3
  FAILS "^pagerank: /nowhere/web.mtx: cannot be opened: No such file or directory$"
  ARGUMENTS --matrix-market /nowhere/web.mtx)
liana_application_tests(
  pagerank_mpi CASE bad_block_size
  FAILS "^pagerank_mpi: --block-bytes 100: expected a power of two from 8 on$"
  ARGUMENTS --edges ${data}/ring.edges --block-bytes 100)
liana_application_tests(
  pagerank CASE small_segment QUICK
  FAILS "^pagerank: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --edges ${random_edges}
  ENVIRONMENT LIANA_SEGMENT_BYTES=64K)
