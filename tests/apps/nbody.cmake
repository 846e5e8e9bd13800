# Whole runs, which compare with direct summation and with what is conserved.
liana_rank_test(
  NAME apps.nbody TARGET nbody
  ARGUMENTS --bodies 1500 --steps 10)
liana_rank_test(
  NAME apps.nbody.fewer_bodies_than_ranks TARGET nbody RANKS 3 8
  ARGUMENTS --bodies 2 --steps 5)
liana_rank_test(
  NAME apps.nbody.single_body TARGET nbody RANKS 1 4
  ARGUMENTS --bodies 1 --steps 2)
# Every cell is opened, and the forces are those of direct summation.
liana_rank_test(
  NAME apps.nbody.all_cells_opened TARGET nbody RANKS 3
  ARGUMENTS --bodies 300 --steps 2 --theta 0.001)
# Replicas are evicted and invalidated by mistake all the time.
liana_rank_test(
  NAME apps.nbody.tiny_cache TARGET nbody RANKS 4 HOSTS each 2
  ARGUMENTS --bodies 1000 --steps 4
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)
liana_rank_test(
  NAME apps.nbody.help TARGET nbody RANKS 2 HOSTS real
  ARGUMENTS --help)
liana_rank_test(
  NAME apps.nbody.picture TARGET nbody RANKS 2 HOSTS real
  ARGUMENTS --bodies 100 --steps 1 --picture ${CMAKE_CURRENT_BINARY_DIR}/nbody.svg)

liana_rank_test(
  NAME apps.nbody_mpi TARGET nbody_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --bodies 1500 --steps 10)
liana_rank_test(
  NAME apps.nbody_mpi.fewer_bodies_than_ranks TARGET nbody_mpi RANKS 8 HOSTS real
  ARGUMENTS --bodies 2 --steps 5)

liana_failure_test(
  NAME apps.nbody.bad_value TARGET nbody RANKS 3
  EXPECT "^--theta: Value 2 not in range 0.0010* to 1"
  ARGUMENTS --theta 2)
liana_failure_test(
  NAME apps.nbody.no_number TARGET nbody RANKS 2
  EXPECT "^--bodies: Value -1 is not a whole number$"
  ARGUMENTS --bodies=-1)
liana_failure_test(
  NAME apps.nbody.no_place_for_picture TARGET nbody RANKS 3
  EXPECT "^nbody: /nowhere/stars.svg: cannot be written: No such file or directory$"
  ARGUMENTS --bodies 100 --steps 1 --picture /nowhere/stars.svg)
liana_failure_test(
  NAME apps.nbody.small_segment TARGET nbody RANKS 2
  EXPECT "^nbody: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --bodies 100000 --steps 1
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
# Softened so little, stars that meet are thrown about by a step as long as this.
liana_failure_test(
  NAME apps.nbody.energy_not_conserved TARGET nbody RANKS 2
  EXPECT "^Drift of the energy: .*: WRONG$"
  ARGUMENTS --bodies 1000 --steps 20 --time-step 0.1 --softening 0.000001)
liana_failure_test(
  NAME apps.nbody_mpi.bad_value TARGET nbody_mpi RANKS 2
  EXPECT "^--steps: Value 0 not in range 1 to "
  ARGUMENTS --steps 0)
