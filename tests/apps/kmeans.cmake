# apps/kmeans: by a serial run.
liana_application_tests(kmeans QUICK TWIN 1 2 3 4 ARGUMENTS --points 3000 --clusters 7)
liana_application_tests(kmeans CASE iterations RANKS 3 ARGUMENTS --points 5000 --clusters 20 --iterations 4 --seed 5)
liana_application_tests(kmeans CASE more_ranks_than_points RANKS 8 TWIN 8 ARGUMENTS --points 3 --clusters 2)
liana_application_tests(kmeans CASE one_point RANKS 3 ARGUMENTS --points 1 --clusters 1)
# Replicas are evicted and invalidated by mistake all the time.
liana_application_tests(
  kmeans CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --points 3000 --clusters 40 --iterations 20
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  kmeans CASE too_many_clusters
  FAILS "^--clusters 10: expected no more than the 9 points$"
  ARGUMENTS --points 9 --clusters 10)
liana_application_tests(
  kmeans CASE bad_value
  FAILS "^--points: Value 0 not in range 1 to 1073741824$"
  ARGUMENTS --points 0)
liana_application_tests(
  kmeans_mpi CASE no_number
  FAILS "^--seed: Value -1 is not a whole number$"
  ARGUMENTS --seed=-1)
liana_application_tests(
  kmeans CASE small_segment QUICK
  FAILS "^kmeans: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --points 100000
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
