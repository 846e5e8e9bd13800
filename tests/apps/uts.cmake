# apps/uts: by the published sizes, or serial searches of small trees. Most have fewer nodes than a rank shares at once, some hardly any.
liana_rank_test(
  NAME apps.uts.geometric TARGET uts
  ARGUMENTS --type geometric --shape fixed --depth 7 --branching 4 --seed 19 --repeats 3)
liana_rank_test(
  NAME apps.uts.binomial TARGET uts RANKS 3 8
  ARGUMENTS -t 0 -b 200 -q 0.124 -m 8 -r 42)
liana_rank_test(
  NAME apps.uts.cyclic TARGET uts RANKS 3
  ARGUMENTS -t geometric -a cyclic -d 4 -b 3 -r 5)
liana_rank_test(
  NAME apps.uts.hybrid TARGET uts RANKS 3
  ARGUMENTS -t hybrid -d 10 -b 4 -r 1 -g 3)
liana_rank_test(
  NAME apps.uts.balanced TARGET uts RANKS 3
  ARGUMENTS -t balanced -d 12 -b 2)
liana_rank_test(
  NAME apps.uts.root_alone TARGET uts RANKS 8
  ARGUMENTS -t binomial -b 0 --repeats 20)
liana_rank_test(
  NAME apps.uts.published TARGET uts RANKS 2 HOSTS real
  ARGUMENTS --tree T3)
liana_rank_test(
  NAME apps.uts.help TARGET uts RANKS 2 HOSTS real
  ARGUMENTS --help)
liana_rank_test(
  NAME apps.uts.tiny_cache TARGET uts RANKS 4 HOSTS each 2
  ARGUMENTS -t geometric -d 8 -b 4 -r 34
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_rank_test(
  NAME apps.uts_mpi.geometric TARGET uts_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --type geometric --shape fixed --depth 7 --branching 4 --seed 19 --repeats 3)
liana_rank_test(
  NAME apps.uts_mpi.binomial TARGET uts_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS -t 0 -b 200 -q 0.124 -m 8 -r 42)
liana_rank_test(
  NAME apps.uts_mpi.root_alone TARGET uts_mpi RANKS 4 HOSTS real
  ARGUMENTS -t binomial -b 0 --repeats 20)

liana_failure_test(
  NAME apps.uts.bad_value TARGET uts RANKS 3
  EXPECT "^--granularity: Value 0 not in range 1 to "
  ARGUMENTS --granularity 0)
liana_failure_test(
  NAME apps.uts.no_number TARGET uts RANKS 2
  EXPECT "^--seed: Value -1 is not a whole number$"
  ARGUMENTS --seed=-1)
liana_failure_test(
  NAME apps.uts.no_such_tree TARGET uts RANKS 2
  EXPECT "^--tree: T9 not in "
  ARGUMENTS --tree T9)
liana_failure_test(
  NAME apps.uts.two_trees TARGET uts RANKS 2
  EXPECT "^--tree excludes --seed$"
  ARGUMENTS --tree T1 --seed 3)
liana_failure_test(
  NAME apps.uts.no_end TARGET uts RANKS 2
  EXPECT "^--inner-probability: 0.5 times --inner-children 2 is 1: a tree ends only where this is below 1$"
  ARGUMENTS -t binomial -q 0.5 -m 2)
liana_failure_test(
  NAME apps.uts_mpi.no_end TARGET uts_mpi RANKS 2
  EXPECT "^--shape: exponential with --branching 1 and --depth 6: a tree ends only above 1 and from 2 on$"
  ARGUMENTS -a exponential -b 1)
