# apps/transpose: by the closed form.
liana_rank_test(
  NAME apps.transpose TARGET transpose
  ARGUMENTS --order 200 --iterations 5)
liana_rank_test(
  NAME apps.transpose.more_ranks_than_tiles TARGET transpose RANKS 8
  ARGUMENTS --order 40 --iterations 3)
liana_rank_test(
  NAME apps.transpose.one_element TARGET transpose RANKS 3
  ARGUMENTS --order 1)
liana_rank_test(
  NAME apps.transpose.help TARGET transpose RANKS 2 HOSTS real
  ARGUMENTS --help)
# Replicas are evicted and invalidated by mistake all the time.
liana_rank_test(
  NAME apps.transpose.tiny_cache TARGET transpose RANKS 4 HOSTS each 2
  ARGUMENTS --order 300 --iterations 3
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_rank_test(
  NAME apps.transpose_mpi TARGET transpose_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --order 200 --iterations 5)
liana_rank_test(
  NAME apps.transpose_mpi.more_ranks_than_tiles TARGET transpose_mpi RANKS 8 HOSTS real
  ARGUMENTS --order 40 --iterations 3)

liana_failure_test(
  NAME apps.transpose.bad_value TARGET transpose RANKS 2
  EXPECT "^--order: Value 0 not in range 1 to 1048576$"
  ARGUMENTS --order 0)
liana_failure_test(
  NAME apps.transpose_mpi.no_number TARGET transpose_mpi RANKS 2
  EXPECT "^--iterations: Value 1e3 is not a whole number$"
  ARGUMENTS --iterations 1e3)
liana_failure_test(
  NAME apps.transpose.small_segment TARGET transpose RANKS 2
  EXPECT "^transpose: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --order 1000
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
