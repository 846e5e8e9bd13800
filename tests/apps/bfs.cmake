# Whole runs, whose trees are checked by the rules of Graph500.
liana_application_tests(bfs QUICK TWIN 1 2 3 4 ARGUMENTS --scale 10 --roots 8)
liana_application_tests(bfs CASE top_down_only RANKS 3 4 ARGUMENTS --scale 9 --roots 8 --alpha 0)
liana_application_tests(bfs CASE bottom_up_only RANKS 3 4 ARGUMENTS --scale 9 --roots 8 --alpha 1e9 --beta 1e9)
# Many components, and vertices without edges.
liana_application_tests(bfs CASE sparse RANKS 3 ARGUMENTS --scale 10 --edge-factor 1 --roots 32)
liana_application_tests(bfs CASE fewer_vertices_than_ranks RANKS 8 TWIN 8 ARGUMENTS --scale 2)
liana_application_tests(bfs CASE nothing_to_search RANKS 1 3 ARGUMENTS --scale 1 --edge-factor 1 --seed 1)
# Replicas are evicted and invalidated by mistake all the time.
liana_application_tests(
  bfs CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --scale 10 --roots 8
  ENVIRONMENT LIANA_CACHE_BYTES=1M LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  bfs CASE bad_value RANKS 3
  FAILS "^--scale: Value 31 not in range 1 to 30$"
  ARGUMENTS --scale 31)
foreach(option IN ITEMS roots=-1 edge-factor=010 alpha=nan)
  liana_application_tests(
    bfs CASE no_number.${option}
    FAILS "^--[a-z-]+: Value [-0-9a-z]+ is not a (whole|decimal) number$"
    ARGUMENTS --${option})
endforeach()
liana_application_tests(
  bfs CASE small_segment QUICK
  FAILS "^bfs: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --scale 16
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
liana_application_tests(
  bfs_mpi CASE bad_value
  FAILS "^--roots: Value 0 not in range 1 to "
  ARGUMENTS --roots 0)
