# SPDX-License-Identifier: BSD-3-Clause
# What building our own tests, examples and benchmarks needs, and users of the library never see.
include(CheckCXXSourceCompiles)

# ccache keeps objects between builds; precompiled headers need its leave to ignore time stamps.
find_program(MIXCON_CCACHE ccache)
if(MIXCON_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true ${MIXCON_CCACHE})
endif()

set(CMAKE_CXX_EXTENSIONS OFF)

# The trainer, examples and benchmarks, for those who only test them. Each of their folders asks for it.
option(MIXCON_QUICK_PROGRAMS "Compile trainer, examples and benchmarks in less than half of the time: -Og, one instruction set" OFF)
macro(mixcon_compile_quickly_where_asked)
  if(MIXCON_QUICK_PROGRAMS)
    add_compile_options(-Og)
    add_compile_definitions(MIXCON_ONE_INSTRUCTION_SET)
  endif()
endmacro()

# Every file of ours is compiled with these.
string(REGEX MATCH "-fsanitize=" sanitized "${CMAKE_CXX_FLAGS}")
add_library(mixcon_warnings INTERFACE)
target_compile_options(mixcon_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wdouble-promotion -Wold-style-cast -Werror
  # With sanitizers g++ 12 takes its own instrumentation for reads of what is not set.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${sanitized}>>:-Wno-maybe-uninitialized>)

# Packages that only adapters, and what shows them, need.
find_package(Eigen3 3.3 QUIET NO_MODULE)
find_package(xtensor QUIET)
find_path(MIXCON_HNSWLIB_INCLUDE hnswlib/hnswlib.h)
add_library(mixcon_third_party INTERFACE)
set(missing_adapters torch)
if(TARGET Eigen3::Eigen)
  target_link_libraries(mixcon_third_party INTERFACE Eigen3::Eigen)
else()
  list(APPEND missing_adapters eigen)
endif()
if(TARGET xtensor)
  target_link_libraries(mixcon_third_party INTERFACE xtensor)
else()
  list(APPEND missing_adapters xtensor)
endif()
if(MIXCON_HNSWLIB_INCLUDE)
  target_include_directories(mixcon_third_party SYSTEM INTERFACE ${MIXCON_HNSWLIB_INCLUDE})
  # Its prefetches read past the end of lists, which AddressSanitizer does not let pass.
  target_compile_definitions(mixcon_third_party INTERFACE $<$<BOOL:${sanitized}>:NO_MANUAL_VECTORIZATION>)
else()
  list(APPEND missing_adapters hnswlib)
endif()

# Debian's faiss is an archive built with g++'s OpenMP, which its package asks CMake for: clang has another, and finds
# none. Apart from the others, since what links it runs threads of OpenMP.
set(faiss_libraries faiss lapack blas gomp)
set(CMAKE_REQUIRED_LIBRARIES ${faiss_libraries})
check_cxx_source_compiles("
#include <faiss/IndexFlat.h>
int main() { return faiss::IndexFlatIP(4).search(0, nullptr, 1, nullptr, nullptr, new faiss::SearchParameters), 0; }"
  MIXCON_FOUND_FAISS)
unset(CMAKE_REQUIRED_LIBRARIES)
if(MIXCON_FOUND_FAISS)
  add_library(mixcon_faiss INTERFACE)
  target_link_libraries(mixcon_faiss INTERFACE ${faiss_libraries})
else()
  list(APPEND missing_adapters faiss)
endif()

# MPI, for ranks that are processes. Apart too: what links it is started by mpirun.
find_package(MPI QUIET COMPONENTS CXX)
find_program(MIXCON_MPIRUN NAMES mpirun mpiexec)
if(TARGET MPI::MPI_CXX AND MIXCON_MPIRUN)
  add_library(mixcon_mpi INTERFACE)
  target_include_directories(mixcon_mpi SYSTEM INTERFACE ${MPI_CXX_INCLUDE_DIRS})
  target_link_libraries(mixcon_mpi INTERFACE ${MPI_CXX_LIBRARIES})
  target_compile_definitions(mixcon_mpi INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
else()
  list(APPEND missing_adapters mpi)
  if(MIXCON_REQUIRE_MPI)
    message(FATAL_ERROR "mixcon: MIXCON_REQUIRE_MPI, and there is no mpi.h or no mpirun; scripts/setup installs both")
  endif()
  message(STATUS "mixcon: ranks over MPI are not tested: no mpi.h, or no mpirun")
endif()

# Takes the sources out of `list` that include an adapter whose package is not installed, and says so.
function(mixcon_drop_sources_without_their_package list)
  foreach(adapter IN LISTS missing_adapters)
    foreach(source IN LISTS ${list})
      file(STRINGS ${source} includes REGEX "^#include <mixcon/adapt/(tensors|search|communicators)/${adapter}.hpp>")
      if(includes)
        message(STATUS "mixcon: ${source} is left out: no package for the adapter ${adapter}.hpp")
        list(REMOVE_ITEM ${list} ${source})
      endif()
    endforeach()
  endforeach()
  set(${list} ${${list}} PARENT_SCOPE)
endfunction()

include(${CMAKE_CURRENT_LIST_DIR}/lint.cmake)
