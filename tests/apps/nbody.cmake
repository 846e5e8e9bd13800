# Whole runs, which compare with direct summation and with what is conserved.
liana_application_tests(nbody QUICK TWIN 1 2 3 4 ARGUMENTS --bodies 1500 --steps 10)
liana_application_tests(nbody CASE fewer_bodies_than_ranks RANKS 3 8 TWIN 8 ARGUMENTS --bodies 2 --steps 5)
liana_application_tests(nbody CASE single_body RANKS 1 4 ARGUMENTS --bodies 1 --steps 2)
# Every cell is opened, and the forces are those of direct summation.
liana_application_tests(nbody CASE all_cells_opened RANKS 3 ARGUMENTS --bodies 300 --steps 2 --theta 0.001)
# Replicas are evicted and invalidated by mistake all the time.
liana_application_tests(
  nbody CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --bodies 1000 --steps 4
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)
liana_application_tests(
  nbody CASE picture RANKS 2 HOSTS real
  ARGUMENTS --bodies 100 --steps 1 --picture ${CMAKE_CURRENT_BINARY_DIR}/nbody.svg)

liana_application_tests(
  nbody CASE bad_value RANKS 3
  FAILS "^--theta: Value 2 not in range 0.0010* to 1"
  ARGUMENTS --theta 2)
liana_application_tests(
  nbody CASE no_number
  FAILS "^--bodies: Value -1 is not a whole number$"
  ARGUMENTS --bodies=-1)
liana_application_tests(
  nbody CASE no_place_for_picture RANKS 3
  FAILS "^nbody: /nowhere/stars.svg: cannot be written: No such file or directory$"
  ARGUMENTS --bodies 100 --steps 1 --picture /nowhere/stars.svg)
liana_application_tests(
  nbody CASE small_segment QUICK
  FAILS "^nbody: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --bodies 100000 --steps 1
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
# Softened so little, stars that meet are thrown about by a step as long as this.
liana_application_tests(
  nbody CASE energy_not_conserved
  FAILS "^Drift of the energy: .*: WRONG$"
  ARGUMENTS --bodies 1000 --steps 20 --time-step 0.1 --softening 0.000001)
liana_application_tests(
  nbody_mpi CASE bad_value
  FAILS "^--steps: Value 0 not in range 1 to "
  ARGUMENTS --steps 0)
