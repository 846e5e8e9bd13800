# How every target of this project is compiled. Directory scope, so that nothing here reaches a program that links Liana.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT multi_config AND NOT CMAKE_BUILD_TYPE)
    set_property(CACHE CMAKE_BUILD_TYPE PROPERTY VALUE Release)
  endif()
  if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(CCACHE_PROGRAM ccache)
    if(CCACHE_PROGRAM)
      set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    endif()
  endif()
endif()

set(CMAKE_COMPILE_WARNING_AS_ERROR ${LIANA_WERROR})
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees an overlap in "literal" + std::string (GCC bug 105651).
  add_compile_options(-Wno-restrict)
endif()

if(LIANA_COVERAGE)
  # The tests have threads, whose counts could get lost otherwise.
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
  add_compile_definitions(LIANA_COVERAGE)
endif()

if(LIANA_SANITIZE)
  add_compile_options(-fsanitize=${LIANA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LIANA_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC documents that its flow warnings report falsely on instrumented code.
    add_compile_options(-Wno-maybe-uninitialized)
    if(LIANA_SANITIZE MATCHES "thread")
      # ThreadSanitizer does not model std::atomic_thread_fence and GCC warns at each one.
      add_compile_options(-Wno-tsan)
    endif()
  endif()
endif()
