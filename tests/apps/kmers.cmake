liana_rank_test(
  NAME apps.kmers TARGET kmers
  ARGUMENTS --genome 3000 --coverage 8 --queries 5000)
# All ranks add to the same 16 counts, for which there are as many slots.
liana_rank_test(
  NAME apps.kmers.few_kmers TARGET kmers RANKS 3 8
  ARGUMENTS --genome 1000 --coverage 4 --k 2 --queries 100 --slots 16)
liana_rank_test(
  NAME apps.kmers.one_base TARGET kmers RANKS 4
  ARGUMENTS --genome 1 --coverage 1 --read 1 --k 1 --queries 1)
liana_rank_test(
  NAME apps.kmers.no_queries TARGET kmers RANKS 2
  ARGUMENTS --genome 100 --read 31 --k 31 --error-rate 1 --queries 0)
# The table is nowhere cached; what else there is works with next to nothing.
liana_rank_test(
  NAME apps.kmers.tiny_cache TARGET kmers RANKS 4 HOSTS each 2
  ARGUMENTS --genome 1000 --queries 1000
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)
liana_rank_test(
  NAME apps.kmers.help TARGET kmers RANKS 2 HOSTS real
  ARGUMENTS --help)

liana_rank_test(
  NAME apps.kmers_mpi TARGET kmers_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --genome 3000 --coverage 8 --queries 5000)
liana_rank_test(
  NAME apps.kmers_mpi.one_base TARGET kmers_mpi RANKS 4 HOSTS real
  ARGUMENTS --genome 1 --coverage 1 --read 1 --k 1 --queries 1)

liana_failure_test(
  NAME apps.kmers.bad_value TARGET kmers RANKS 3
  EXPECT "^--k: Value 32 not in range 1 to 31$"
  ARGUMENTS --k 32)
liana_failure_test(
  NAME apps.kmers.full_table TARGET kmers RANKS 3
  EXPECT "^kmers: count_table::add: all slots are taken$"
  ARGUMENTS --k 2 --slots 8)
liana_failure_test(
  NAME apps.kmers.short_reads TARGET kmers RANKS 2
  EXPECT "^--k: 21 is more than the 20 bases of a read$"
  ARGUMENTS --read 20)
liana_failure_test(
  NAME apps.kmers_mpi.no_number TARGET kmers_mpi RANKS 2
  EXPECT "^--error-rate: Value nan is not a decimal number$"
  ARGUMENTS --error-rate=nan)
liana_failure_test(
  NAME apps.kmers.small_segment TARGET kmers RANKS 2
  EXPECT "^kmers: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --genome 10000000)
