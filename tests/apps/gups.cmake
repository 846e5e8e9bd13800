liana_application_tests(gups QUICK TWIN 1 2 3 4 ARGUMENTS --log2-words 14)
liana_application_tests(gups CASE put RANKS 2 4 ARGUMENTS --log2-words 16 --by put)
# Fewer words than ranks, and hardly an update.
liana_application_tests(gups CASE one_word RANKS 3 ARGUMENTS --log2-words 0 --updates-per-word 1)
liana_application_tests(
  gups CASE few_words RANKS 8 TWIN 8
  ARGUMENTS --log2-words 2 --updates-per-word 100 --look-ahead 3)
# Replicas are evicted and invalidated by mistake all the time.
liana_application_tests(
  gups CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --log2-words 16 --updates-per-word 1 --by put
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  gups CASE bad_way RANKS 3
  FAILS "^--by: get not in {atomics,put}$"
  ARGUMENTS --by get)
liana_application_tests(
  gups CASE bad_look_ahead
  FAILS "^--look-ahead: Value 1025 not in range 1 to 1024$"
  ARGUMENTS --look-ahead 1025)
liana_application_tests(
  gups_mpi CASE bad_value
  FAILS "^--log2-words: Value -1 is not a whole number$"
  ARGUMENTS --log2-words=-1)
liana_application_tests(
  gups CASE small_segment QUICK
  FAILS "^gups: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --log2-words 24)
