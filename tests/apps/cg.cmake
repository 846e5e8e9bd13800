# apps/cg: by the true residual and the known solution, or by serial products.
set(random_spd ${CMAKE_CURRENT_BINARY_DIR}/random_spd.mtx)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${data}/random_spd.awk)
execute_process(COMMAND awk -f ${data}/random_spd.awk OUTPUT_FILE ${random_spd} COMMAND_ERROR_IS_FATAL ANY)

liana_rank_test(
  NAME apps.cg.grid2 TARGET cg
  ARGUMENTS --grid2 23)
liana_rank_test(
  NAME apps.cg.file TARGET cg
  ARGUMENTS --matrix-market ${random_spd} --jacobi)
liana_rank_test(
  NAME apps.cg.products TARGET cg RANKS 2 4
  ARGUMENTS --grid3 9 --spmv 20)
liana_rank_test(
  NAME apps.cg.grid3 TARGET cg RANKS 3
  ARGUMENTS --grid3 8 --jacobi)
liana_rank_test(
  NAME apps.cg.iterations TARGET cg RANKS 3
  ARGUMENTS --grid2 30 --iterations 7 --tolerance 0)
liana_rank_test(
  NAME apps.cg.past_all_digits TARGET cg RANKS 3
  ARGUMENTS --grid2 10 --iterations 400 --tolerance 0)
liana_rank_test(
  NAME apps.cg.products_of_a_file TARGET cg RANKS 3
  ARGUMENTS --matrix-market ${data}/pages.mtx --spmv 5)
liana_rank_test(
  NAME apps.cg.one_row TARGET cg RANKS 4
  ARGUMENTS --grid2 1)
liana_rank_test(
  NAME apps.cg.help TARGET cg RANKS 2 HOSTS real
  ARGUMENTS --help)
# Replicas are evicted and invalidated by mistake all the time.
liana_rank_test(
  NAME apps.cg.tiny_cache TARGET cg RANKS 4 HOSTS each 2
  ARGUMENTS --grid2 64 --iterations 40
  ENVIRONMENT LIANA_CACHE_BYTES=64K LIANA_VALIDITY_WORDS=4)

liana_rank_test(
  NAME apps.cg_mpi.grid2 TARGET cg_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --grid2 23)
liana_rank_test(
  NAME apps.cg_mpi.file TARGET cg_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --matrix-market ${random_spd} --jacobi)
liana_rank_test(
  NAME apps.cg_mpi.products TARGET cg_mpi RANKS 1 2 3 4 HOSTS real
  ARGUMENTS --grid3 9 --spmv 20)
liana_rank_test(
  NAME apps.cg_mpi.one_row TARGET cg_mpi RANKS 4 HOSTS real
  ARGUMENTS --grid2 1)

liana_failure_test(
  NAME apps.cg.bad_value TARGET cg RANKS 2
  EXPECT "^--grid2: Value 0 not in range 1 to 65535$"
  ARGUMENTS --grid2 0)
liana_failure_test(
  NAME apps.cg.two_matrices TARGET cg RANKS 2
  EXPECT "^--grid2 excludes --grid3$"
  ARGUMENTS --grid2 9 --grid3 9)
liana_failure_test(
  NAME apps.cg.missing_file TARGET cg RANKS 3
  EXPECT "^cg: /nowhere/a.mtx: cannot be opened: No such file or directory$"
  ARGUMENTS --matrix-market /nowhere/a.mtx)
liana_failure_test(
  NAME apps.cg.complex TARGET cg RANKS 2
  EXPECT "^cg: .*/complex.mtx:1: field 'complex' is not supported: accepted are pattern, real and integer$"
  ARGUMENTS --matrix-market ${data}/complex.mtx)
liana_failure_test(
  NAME apps.cg.not_symmetric TARGET cg RANKS 2
  EXPECT "^cg: the matrix is not symmetric, as conjugate gradients need it: 1 at .1, 2., 0 at .2, 1.$"
  ARGUMENTS --matrix-market ${data}/pages.mtx)
liana_failure_test(
  NAME apps.cg.not_positive_definite TARGET cg RANKS 3
  EXPECT "^cg: the matrix is not positive definite: p . A p is -[0-9.e-]+ in iteration [0-9]+$"
  ARGUMENTS --matrix-market ${data}/grid.mtx)
liana_failure_test(
  NAME apps.cg.no_diagonal TARGET cg RANKS 2
  EXPECT "^cg: --jacobi divides by the diagonal, which is 0 in row 2: expected values above 0$"
  ARGUMENTS --matrix-market ${data}/no_diagonal.mtx --jacobi)
liana_failure_test(
  NAME apps.cg.nothing_to_solve TARGET cg RANKS 2
  EXPECT "^cg: the right-hand side A . ones has the square 0: nothing can be solved$"
  ARGUMENTS --matrix-market ${data}/singular.mtx)
liana_failure_test(
  NAME apps.cg.small_segment TARGET cg RANKS 2
  EXPECT "^cg: .*LIANA_SEGMENT_BYTES"
  ARGUMENTS --grid2 1000
  ENVIRONMENT LIANA_SEGMENT_BYTES=1M)
liana_failure_test(
  NAME apps.cg_mpi.not_positive_definite TARGET cg_mpi RANKS 3
  EXPECT "^cg: the matrix is not positive definite: p . A p is -[0-9.e-]+ in iteration [0-9]+$"
  ARGUMENTS --matrix-market ${data}/grid.mtx)
