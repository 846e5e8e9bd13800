# liana::mpi, liana::hwloc and, where it was built in, liana::ibverbs: the dependencies whose own target depends on how they were found. Included by the build and, installed,
# by liana-config.cmake, so that the exported target names the same things in both.

if(NOT TARGET liana::mpi)
  add_library(liana::mpi INTERFACE IMPORTED)
  # A C++-only program has found MPI's C++ component; both hold the C bindings, which are all that is used.
  if(TARGET MPI::MPI_C)
    target_link_libraries(liana::mpi INTERFACE MPI::MPI_C)
  else()
    target_link_libraries(liana::mpi INTERFACE MPI::MPI_CXX)
  endif()
  # The C++ bindings left the standard with MPI-3.
  target_compile_definitions(liana::mpi INTERFACE OMPI_SKIP_MPICXX=1 MPICH_SKIP_MPICXX=1)
endif()

if(NOT TARGET liana::hwloc)
  add_library(liana::hwloc INTERFACE IMPORTED)
  target_link_libraries(liana::hwloc INTERFACE PkgConfig::hwloc)
endif()

if(TARGET PkgConfig::ibverbs AND NOT TARGET liana::ibverbs)
  add_library(liana::ibverbs INTERFACE IMPORTED)
  target_link_libraries(liana::ibverbs INTERFACE PkgConfig::ibverbs)
endif()
