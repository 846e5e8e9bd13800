# apps/transpose: by the closed form.
liana_application_tests(transpose QUICK TWIN 1 2 3 4 ARGUMENTS --order 200 --iterations 5)
liana_application_tests(transpose CASE more_ranks_than_tiles RANKS 8 TWIN 8 ARGUMENTS --order 40 --iterations 3)
liana_application_tests(transpose CASE one_element RANKS 3 ARGUMENTS --order 1)
# Replicas are evicted and invalidated by mistake all the time.
liana_application_tests(
  transpose CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --order 300 --iterations 3
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  transpose CASE bad_value
  FAILS "^--order: Value 0 not in range 1 to 1048576$"
  ARGUMENTS --order 0)
liana_application_tests(
  transpose_mpi CASE no_number
  FAILS "^--iterations: Value 1e3 is not a whole number$"
  ARGUMENTS --iterations 1e3)
liana_application_tests(
  transpose CASE small_segment QUICK
  FAILS "^transpose: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --order 1000
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
