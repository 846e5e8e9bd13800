# Installation, and the two ways in which other programs find it: find_package(liana) and pkg-config liana.

include(CMakePackageConfigHelpers)

set(liana_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/liana)

install(
  TARGETS liana
  EXPORT liana-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS liana-info RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(directory IN LISTS liana_public_include_dirs)
  install(DIRECTORY ${directory}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
endforeach()
install(EXPORT liana-targets NAMESPACE liana:: DESTINATION ${liana_package_dir})

# A program that links the static library links libibverbs itself.
set(LIANA_NEEDS_IBVERBS OFF)
if(LIANA_WITH_VERBS AND NOT BUILD_SHARED_LIBS)
  set(LIANA_NEEDS_IBVERBS ON)
endif()
configure_package_config_file(cmake/liana-config.cmake.in ${PROJECT_BINARY_DIR}/liana-config.cmake
                              INSTALL_DESTINATION ${liana_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/liana-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/liana-config.cmake ${PROJECT_BINARY_DIR}/liana-config-version.cmake
              cmake/imported_targets.cmake DESTINATION ${liana_package_dir})

# pkg-config: MPI is written out, as found here, because its module has another name in every MPI; a program must use this MPI anyhow.
set(pc_mpi_cflags)
foreach(directory IN LISTS MPI_C_INCLUDE_DIRS)
  string(APPEND pc_mpi_cflags " -I${directory}")
endforeach()
list(JOIN MPI_C_COMPILE_OPTIONS " " pc_mpi_options)
string(APPEND pc_mpi_cflags " ${pc_mpi_options}")
list(JOIN MPI_C_LIBRARIES " " pc_mpi_libs)

# A program that links the static library links what it is built on as well, without having to say --static.
if(BUILD_SHARED_LIBS)
  set(pc_private ".private")
else()
  set(pc_private "")
endif()
set(pc_ibverbs "")
if(LIANA_WITH_VERBS)
  set(pc_ibverbs " libibverbs")
endif()
# The file finds its prefix from where it lies, so that an installed tree can be moved.
file(RELATIVE_PATH pc_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
configure_file(cmake/liana.pc.in ${PROJECT_BINARY_DIR}/liana.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/liana.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
