# apps/cg: by the true residual and the known solution, or by serial products.
set(random_spd ${CMAKE_CURRENT_BINARY_DIR}/random_spd.mtx)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${data}/random_spd.awk)
execute_process(COMMAND awk -f ${data}/random_spd.awk OUTPUT_FILE ${random_spd} COMMAND_ERROR_IS_FATAL ANY)

liana_application_tests(cg CASE grid2 QUICK TWIN 1 2 3 4 ARGUMENTS --grid2 23)
liana_application_tests(cg CASE file TWIN 1 2 3 4 ARGUMENTS --matrix-market ${random_spd} --jacobi)
liana_application_tests(cg CASE products RANKS 2 4 TWIN 1 2 3 4 ARGUMENTS --grid3 9 --spmv 20)
liana_application_tests(cg CASE grid3 RANKS 3 ARGUMENTS --grid3 8 --jacobi)
liana_application_tests(cg CASE iterations RANKS 3 ARGUMENTS --grid2 30 --iterations 7 --tolerance 0)
liana_application_tests(cg CASE past_all_digits RANKS 3 ARGUMENTS --grid2 10 --iterations 400 --tolerance 0)
liana_application_tests(cg CASE products_of_a_file RANKS 3 ARGUMENTS --matrix-market ${data}/pages.mtx --spmv 5)
liana_application_tests(cg CASE one_row RANKS 4 TWIN 4 ARGUMENTS --grid2 1)
# Replicas are evicted and invalidated by mistake all the time.
liana_application_tests(
  cg CASE tiny_cache RANKS 4 HOSTS each 2
  ARGUMENTS --grid2 64 --iterations 40
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_application_tests(
  cg CASE bad_value
  FAILS "^--grid2: Value 0 not in range 1 to 65535$"
  ARGUMENTS --grid2 0)
liana_application_tests(
  cg CASE two_matrices
  FAILS "^--grid2 excludes --grid3$"
  ARGUMENTS --grid2 9 --grid3 9)
liana_application_tests(
  cg CASE missing_file RANKS 3
  FAILS "^cg: /nowhere/a.mtx: cannot be opened: No such file or directory$"
  ARGUMENTS --matrix-market /nowhere/a.mtx)
liana_application_tests(
  cg CASE complex
  FAILS "^cg: .*/complex.mtx:1: field 'complex' is not supported: accepted are pattern, real and integer$"
  ARGUMENTS --matrix-market ${data}/complex.mtx)
liana_application_tests(
  cg CASE not_symmetric
  FAILS "^cg: the matrix is not symmetric, as conjugate gradients need it: 1 at .1, 2., 0 at .2, 1.$"
  ARGUMENTS --matrix-market ${data}/pages.mtx)
liana_application_tests(
  cg CASE not_positive_definite RANKS 3
  FAILS "^cg: the matrix is not positive definite: p . A p is -[0-9.e-]+ in iteration [0-9]+$"
  ARGUMENTS --matrix-market ${data}/grid.mtx)
liana_application_tests(
  cg CASE no_diagonal
  FAILS "^cg: --jacobi divides by the diagonal, which is 0 in row 2: expected values above 0$"
  ARGUMENTS --matrix-market ${data}/no_diagonal.mtx --jacobi)
liana_application_tests(
  cg CASE nothing_to_solve
  FAILS "^cg: the right-hand side A . ones has the square 0: nothing can be solved$"
  ARGUMENTS --matrix-market ${data}/singular.mtx)
liana_application_tests(
  cg CASE small_segment QUICK
  FAILS "^cg: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --grid2 1000
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
liana_application_tests(
  cg_mpi CASE not_positive_definite RANKS 3
  FAILS "^cg: the matrix is not positive definite: p . A p is -[0-9.e-]+ in iteration [0-9]+$"
  ARGUMENTS --matrix-market ${data}/grid.mtx)
