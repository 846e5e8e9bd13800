# apps/uts: by the published sizes, or serial searches of small trees. Most have fewer nodes than a rank shares at once, some hardly any.
liana_application_tests(
  uts CASE geometric QUICK TWIN 1 2 3 4
  ARGUMENTS --type geometric --shape fixed --depth 7 --branching 4 --seed 19 --repeats 3)
liana_application_tests(uts CASE binomial RANKS 3 8 TWIN 1 2 3 4 ARGUMENTS -t 0 -b 200 -q 0.124 -m 8 -r 42)
liana_application_tests(uts CASE cyclic RANKS 3 ARGUMENTS -t geometric -a cyclic -d 4 -b 3 -r 5)
liana_application_tests(uts CASE hybrid RANKS 3 ARGUMENTS -t hybrid -d 10 -b 4 -r 1 -g 3)
liana_application_tests(uts CASE balanced RANKS 3 ARGUMENTS -t balanced -d 12 -b 2)
liana_application_tests(uts CASE root_alone RANKS 8 TWIN 4 ARGUMENTS -t binomial -b 0 --repeats 20)
liana_application_tests(uts CASE published RANKS 2 HOSTS real ARGUMENTS --tree T3)
liana_application_tests(
  uts CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS -t geometric -d 8 -b 4 -r 34
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  uts CASE bad_value RANKS 3
  FAILS "^--granularity: Value 0 not in range 1 to "
  ARGUMENTS --granularity 0)
liana_application_tests(
  uts CASE no_number
  FAILS "^--seed: Value -1 is not a whole number$"
  ARGUMENTS --seed=-1)
liana_application_tests(
  uts CASE no_such_tree
  FAILS "^--tree: T9 not in "
  ARGUMENTS --tree T9)
liana_application_tests(
  uts CASE two_trees
  FAILS "^--tree excludes --seed$"
  ARGUMENTS --tree T1 --seed 3)
liana_application_tests(
  uts CASE no_end
  FAILS "^--inner-probability: 0.5 times --inner-children 2 is 1: a tree ends only where this is below 1$"
  ARGUMENTS -t binomial -q 0.5 -m 2)
liana_application_tests(
  uts_mpi CASE no_end
  FAILS "^--shape: exponential with --branching 1 and --depth 6: a tree ends only above 1 and from 2 on$"
  ARGUMENTS -a exponential -b 1)
