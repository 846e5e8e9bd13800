# apps/kmeans: by a serial run.
liana_rank_test(
  NAME apps.kmeans TARGET kmeans
  ARGUMENTS --points 3000 --clusters 7)
liana_rank_test(
  NAME apps.kmeans.iterations TARGET kmeans RANKS 3
  ARGUMENTS --points 5000 --clusters 20 --iterations 4 --seed 5)
liana_rank_test(
  NAME apps.kmeans.more_ranks_than_points TARGET kmeans RANKS 8
  ARGUMENTS --points 3 --clusters 2)
liana_rank_test(
  NAME apps.kmeans.one_point TARGET kmeans RANKS 3
  ARGUMENTS --points 1 --clusters 1)
liana_rank_test(
  NAME apps.kmeans.help TARGET kmeans RANKS 2 HOSTS real
  ARGUMENTS --help)
# Replicas are evicted and invalidated by mistake all the time.
liana_rank_test(
  NAME apps.kmeans.tiny_cache TARGET kmeans RANKS 4 HOSTS each 2
  ARGUMENTS --points 3000 --clusters 40 --iterations 20
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_rank_test(
  NAME apps.kmeans_mpi TARGET kmeans_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --points 3000 --clusters 7)
liana_rank_test(
  NAME apps.kmeans_mpi.more_ranks_than_points TARGET kmeans_mpi RANKS 8 HOSTS real
  ARGUMENTS --points 3 --clusters 2)

liana_failure_test(
  NAME apps.kmeans.too_many_clusters TARGET kmeans RANKS 2
  EXPECT "^--clusters 10: expected no more than the 9 points$"
  ARGUMENTS --points 9 --clusters 10)
liana_failure_test(
  NAME apps.kmeans.bad_value TARGET kmeans RANKS 2
  EXPECT "^--points: Value 0 not in range 1 to 1073741824$"
  ARGUMENTS --points 0)
liana_failure_test(
  NAME apps.kmeans_mpi.no_number TARGET kmeans_mpi RANKS 2
  EXPECT "^--seed: Value -1 is not a whole number$"
  ARGUMENTS --seed=-1)
liana_failure_test(
  NAME apps.kmeans.small_segment TARGET kmeans RANKS 2
  EXPECT "^kmeans: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --points 100000
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
