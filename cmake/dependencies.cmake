# Everything Liana is built on, found under the names that the installed liana-config.cmake defines as well.

# Imported targets are global, so that a project which adds Liana as a subdirectory can link it.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

# find_package that names the Debian package to install where the package is missing.
macro(liana_require package debian_package)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "Liana needs ${package}, which was not found. On Debian:\n  apt-get install ${debian_package}")
  endif()
endmacro()

set(THREADS_PREFER_PTHREAD_FLAG ON)
liana_require(Threads libc6-dev)
liana_require(MPI "libopenmpi-dev openmpi-bin" COMPONENTS C)
liana_require(PkgConfig pkg-config)
liana_require(fmt libfmt-dev)
liana_require(spdlog libspdlog-dev)

pkg_check_modules(hwloc QUIET IMPORTED_TARGET GLOBAL hwloc>=2.0)
if(NOT hwloc_FOUND)
  message(FATAL_ERROR "Liana needs hwloc 2.0 or newer, which was not found. On Debian:\n  apt-get install libhwloc-dev")
endif()

# The transport between hosts. Where libibverbs is not there Liana is built for one host.
pkg_check_modules(ibverbs QUIET IMPORTED_TARGET GLOBAL libibverbs)
option(LIANA_WITH_VERBS "Build the transport for RDMA devices (InfiniBand, RoCE)" ${ibverbs_FOUND})
if(LIANA_WITH_VERBS AND NOT ibverbs_FOUND)
  message(FATAL_ERROR "LIANA_WITH_VERBS needs libibverbs, which was not found. On Debian:\n  apt-get install libibverbs-dev")
endif()

include(${CMAKE_CURRENT_LIST_DIR}/imported_targets.cmake)
set_target_properties(liana::mpi liana::hwloc PROPERTIES IMPORTED_GLOBAL TRUE)
if(LIANA_WITH_VERBS)
  set_target_properties(liana::ibverbs PROPERTIES IMPORTED_GLOBAL TRUE)
endif()

if(LIANA_BUILD_APPS OR LIANA_BUILD_BENCHMARKS)
  liana_require(CLI11 libcli11-dev)
endif()
if(LIANA_BUILD_APPS)
  # SHA-1 for apps/uts, by the processor's own instructions where it has them.
  pkg_check_modules(nettle QUIET IMPORTED_TARGET nettle)
  if(NOT nettle_FOUND)
    message(FATAL_ERROR "Liana's applications need nettle, which was not found. On Debian:\n  apt-get install nettle-dev")
  endif()
endif()
if(LIANA_BUILD_APPS OR LIANA_BUILD_BENCHMARKS OR LIANA_BUILD_TESTS)
  liana_require(nlohmann_json nlohmann-json3-dev)
endif()
if(LIANA_BUILD_TESTS)
  liana_require(GTest libgtest-dev)
endif()
if(LIANA_BUILD_BENCHMARKS)
  liana_require(benchmark libbenchmark-dev)
endif()
