# Whole runs, whose labels are compared with those of a serial union-find.
liana_rank_test(
  NAME apps.components TARGET components
  ARGUMENTS --packages ${data}/available.txt --runs 2)
liana_rank_test(
  NAME apps.components.generated TARGET components RANKS 2 8
  ARGUMENTS --kronecker 10 --edge-factor 2 --runs 2)
# One component that is a long way from end to end.
liana_rank_test(
  NAME apps.components.ring TARGET components RANKS 3
  ARGUMENTS --edges ${data}/ring.edges)
liana_rank_test(
  NAME apps.components.matrix TARGET components RANKS 3
  ARGUMENTS --matrix-market ${data}/grid.mtx)
liana_rank_test(
  NAME apps.components.fewer_vertices_than_ranks TARGET components RANKS 8
  ARGUMENTS --kronecker 1)
# Replicas are evicted and invalidated by mistake all the time.
liana_rank_test(
  NAME apps.components.tiny_cache TARGET components RANKS 4 HOSTS each 2
  ARGUMENTS --edges ${random_edges} --runs 2
  ENVIRONMENT LIANA_CACHE_BYTES=1M LIANA_VALIDITY_WORDS=4)
liana_rank_test(
  NAME apps.components.help TARGET components RANKS 2 HOSTS real
  ARGUMENTS --help)

liana_rank_test(
  NAME apps.components_mpi TARGET components_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --packages ${data}/available.txt --runs 2)
liana_rank_test(
  NAME apps.components_mpi.generated TARGET components_mpi RANKS 4 8 HOSTS real
  ARGUMENTS --kronecker 10 --edge-factor 2 --runs 2)

liana_failure_test(
  NAME apps.components.bad_value TARGET components RANKS 3
  EXPECT "^--runs: Value 0 not in range 1 to "
  ARGUMENTS --runs 0)
liana_failure_test(
  NAME apps.components.no_number TARGET components RANKS 2
  EXPECT "^--kronecker: Value 010 is not a whole number$"
  ARGUMENTS --kronecker 010)
liana_failure_test(
  NAME apps.components.two_graphs TARGET components RANKS 2
  EXPECT "^--edges excludes --kronecker$"
  ARGUMENTS --edges ${data}/ring.edges --kronecker 5)
liana_failure_test(
  NAME apps.components.missing_file TARGET components RANKS 4
  EXPECT "^components: /nowhere/web.mtx: cannot be opened: No such file or directory$"
  ARGUMENTS --matrix-market /nowhere/web.mtx)
liana_failure_test(
  NAME apps.components.small_segment TARGET components RANKS 2
  EXPECT "^components: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --kronecker 16
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
liana_failure_test(
  NAME apps.components_mpi.missing_file TARGET components_mpi RANKS 3
  EXPECT "^components: /nowhere/web.mtx: cannot be opened: No such file or directory$"
  ARGUMENTS --matrix-market /nowhere/web.mtx)
