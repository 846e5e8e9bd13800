# Whole runs, which compare their results with the closed form.
liana_application_tests(heat QUICK TWIN 1 2 3 4 ARGUMENTS --size 33 --steps 200)
liana_application_tests(heat CASE more_ranks_than_rows RANKS 8 TWIN 8 ARGUMENTS --size 5 --steps 20)
liana_application_tests(
  heat_mpi CASE bad_value
  FAILS "^--steps: Value 0 not in range 1 to "
  ARGUMENTS --steps 0)
liana_application_tests(
  heat CASE bad_value RANKS 3
  FAILS "^--ratio: Value 0.3 not in range 0.0* to 0.250*$"
  ARGUMENTS --ratio 0.3)
liana_application_tests(
  heat CASE small_segment QUICK
  FAILS "^heat: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --size 1024
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
