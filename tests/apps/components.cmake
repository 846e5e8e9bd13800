# Whole runs, whose labels are compared with those of a serial union-find.
liana_application_tests(components QUICK TWIN 1 2 3 4 ARGUMENTS --packages ${data}/available.txt --runs 2)
liana_application_tests(
  components CASE generated RANKS 2 8 TWIN 4 8
  ARGUMENTS --kronecker 10 --edge-factor 2 --runs 2)
# One component that is a long way from end to end.
liana_application_tests(components CASE ring RANKS 3 ARGUMENTS --edges ${data}/ring.edges)
liana_application_tests(components CASE matrix RANKS 3 ARGUMENTS --matrix-market ${data}/grid.mtx)
liana_application_tests(components CASE fewer_vertices_than_ranks RANKS 8 ARGUMENTS --kronecker 1)
# Replicas are evicted and invalidated by mistake all the time.
liana_application_tests(
  components CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --edges ${random_edges} --runs 2
  ENVIRONMENT LIANA_CACHE_BYTES=1M LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  components CASE bad_value RANKS 3
  FAILS "^--runs: Value 0 not in range 1 to "
  ARGUMENTS --runs 0)
liana_application_tests(
  components CASE no_number
  FAILS "^--kronecker: Value 010 is not a whole number$"
  ARGUMENTS --kronecker 010)
liana_application_tests(
  components CASE two_graphs
  FAILS "^--edges excludes --kronecker$"
  ARGUMENTS --edges ${data}/ring.edges --kronecker 5)
liana_application_tests(
  components CASE missing_file RANKS 4
  FAILS "^components: /nowhere/web.mtx: cannot be opened: No such file or directory$"
  ARGUMENTS --matrix-market /nowhere/web.mtx)
liana_application_tests(
  components CASE small_segment QUICK
  FAILS "^components: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --kronecker 16
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
liana_application_tests(
  components_mpi CASE missing_file RANKS 3
  FAILS "^components: /nowhere/web.mtx: cannot be opened: No such file or directory$"
  ARGUMENTS --matrix-market /nowhere/web.mtx)
