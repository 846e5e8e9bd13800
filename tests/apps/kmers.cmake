liana_application_tests(kmers QUICK TWIN 1 2 3 4 ARGUMENTS --genome 3000 --coverage 8 --queries 5000)
# All ranks add to the same 16 counts, for which there are as many slots.
liana_application_tests(
  kmers CASE few_kmers RANKS 3 8
  ARGUMENTS --genome 1000 --coverage 4 --k 2 --queries 100 --slots 16)
liana_application_tests(
  kmers CASE one_base RANKS 4 TWIN 4
  ARGUMENTS --genome 1 --coverage 1 --read 1 --k 1 --queries 1)
liana_application_tests(
  kmers CASE no_queries RANKS 2
  ARGUMENTS --genome 100 --read 31 --k 31 --error-rate 1 --queries 0)
# The table is nowhere cached; what else there is works with next to nothing.
liana_application_tests(
  kmers CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --genome 1000 --queries 1000
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  kmers CASE bad_value RANKS 3
  FAILS "^--k: Value 32 not in range 1 to 31$"
  ARGUMENTS --k 32)
liana_application_tests(
  kmers CASE full_table RANKS 3
  FAILS "^kmers: count_table::add: all slots are taken$"
  ARGUMENTS --k 2 --slots 8)
liana_application_tests(
  kmers CASE short_reads
  FAILS "^--k: 21 is more than the 20 bases of a read$"
  ARGUMENTS --read 20)
liana_application_tests(
  kmers_mpi CASE no_number
  FAILS "^--error-rate: Value nan is not a decimal number$"
  ARGUMENTS --error-rate=nan)
liana_application_tests(
  kmers CASE small_segment QUICK
  FAILS "^kmers: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --genome 10000000)
