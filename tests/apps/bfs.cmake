# Whole runs, whose trees are checked by the rules of Graph500.
liana_rank_test(
  NAME apps.bfs TARGET bfs
  ARGUMENTS --scale 10 --roots 8)
liana_rank_test(
  NAME apps.bfs.top_down_only TARGET bfs RANKS 3 4
  ARGUMENTS --scale 9 --roots 8 --alpha 0)
liana_rank_test(
  NAME apps.bfs.bottom_up_only TARGET bfs RANKS 3 4
  ARGUMENTS --scale 9 --roots 8 --alpha 1e9 --beta 1e9)
# Many components, and vertices without edges.
liana_rank_test(
  NAME apps.bfs.sparse TARGET bfs RANKS 3
  ARGUMENTS --scale 10 --edge-factor 1 --roots 32)
liana_rank_test(
  NAME apps.bfs.fewer_vertices_than_ranks TARGET bfs RANKS 8
  ARGUMENTS --scale 2)
liana_rank_test(
  NAME apps.bfs.nothing_to_search TARGET bfs RANKS 1 3
  ARGUMENTS --scale 1 --edge-factor 1 --seed 1)
# Replicas are evicted and invalidated by mistake all the time.
liana_rank_test(
  NAME apps.bfs.tiny_cache TARGET bfs RANKS 4 HOSTS each 2
  ARGUMENTS --scale 10 --roots 8
  ENVIRONMENT LIANA_CACHE_BYTES=1M LIANA_VALIDITY_WORDS=4)
liana_rank_test(
  NAME apps.bfs.help TARGET bfs RANKS 2 HOSTS real
  ARGUMENTS --help)

liana_rank_test(
  NAME apps.bfs_mpi TARGET bfs_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --scale 10 --roots 8)
liana_rank_test(
  NAME apps.bfs_mpi.fewer_vertices_than_ranks TARGET bfs_mpi RANKS 8 HOSTS real
  ARGUMENTS --scale 2)

liana_failure_test(
  NAME apps.bfs.bad_value TARGET bfs RANKS 3
  EXPECT "^--scale: Value 31 not in range 1 to 30$"
  ARGUMENTS --scale 31)
foreach(option IN ITEMS roots=-1 edge-factor=010 alpha=nan)
  liana_failure_test(
    NAME apps.bfs.no_number.${option} TARGET bfs RANKS 2
    EXPECT "^--[a-z-]+: Value [-0-9a-z]+ is not a (whole|decimal) number$"
    ARGUMENTS --${option})
endforeach()
liana_failure_test(
  NAME apps.bfs.small_segment TARGET bfs RANKS 2
  EXPECT "^bfs: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --scale 16
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
liana_failure_test(
  NAME apps.bfs_mpi.bad_value TARGET bfs_mpi RANKS 2
  EXPECT "^--roots: Value 0 not in range 1 to "
  ARGUMENTS --roots 0)
