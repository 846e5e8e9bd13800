liana_rank_test(
  NAME apps.gups TARGET gups
  ARGUMENTS --log2-words 14)
liana_rank_test(
  NAME apps.gups.put TARGET gups RANKS 2 4
  ARGUMENTS --log2-words 16 --by put)
# Fewer words than ranks, and hardly an update.
liana_rank_test(
  NAME apps.gups.one_word TARGET gups RANKS 3
  ARGUMENTS --log2-words 0 --updates-per-word 1)
liana_rank_test(
  NAME apps.gups.few_words TARGET gups RANKS 8
  ARGUMENTS --log2-words 2 --updates-per-word 100 --look-ahead 3)
# Replicas are evicted and invalidated by mistake all the time.
liana_rank_test(
  NAME apps.gups.tiny_cache TARGET gups RANKS 4 HOSTS each 2
  ARGUMENTS --log2-words 16 --updates-per-word 1 --by put
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)
liana_rank_test(
  NAME apps.gups.help TARGET gups RANKS 2 HOSTS real
  ARGUMENTS --help)

liana_rank_test(
  NAME apps.gups_mpi TARGET gups_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --log2-words 14)
liana_rank_test(
  NAME apps.gups_mpi.few_words TARGET gups_mpi RANKS 8 HOSTS real
  ARGUMENTS --log2-words 2 --updates-per-word 100 --look-ahead 3)

liana_failure_test(
  NAME apps.gups.bad_way TARGET gups RANKS 3
  EXPECT "^--by: get not in {atomics,put}$"
  ARGUMENTS --by get)
liana_failure_test(
  NAME apps.gups.bad_look_ahead TARGET gups RANKS 2
  EXPECT "^--look-ahead: Value 1025 not in range 1 to 1024$"
  ARGUMENTS --look-ahead 1025)
liana_failure_test(
  NAME apps.gups_mpi.bad_value TARGET gups_mpi RANKS 2
  EXPECT "^--log2-words: Value -1 is not a whole number$"
  ARGUMENTS --log2-words=-1)
liana_failure_test(
  NAME apps.gups.small_segment TARGET gups RANKS 2
  EXPECT "^gups: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --log2-words 24)
