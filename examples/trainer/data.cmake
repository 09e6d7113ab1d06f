# SPDX-License-Identifier: BSD-3-Clause
# The half of the trainer that needs no network kernels: data sets, pictures, and what mixing policies do to them.
# Sanitizers and tests build it on its own.
find_package(ZLIB QUIET)
find_package(PNG QUIET)
find_package(JPEG QUIET)
find_package(LibLZMA QUIET)
find_package(Threads QUIET)
foreach(package ZLIB PNG JPEG LIBLZMA Threads)
  if(NOT ${package}_FOUND)
    message(STATUS "mixcon: the trainer's data and pictures are left out: ${package} is not installed")
    return()
  endif()
endforeach()
file(GLOB_RECURSE sources CONFIGURE_DEPENDS data/*.cpp files/*.cpp pictures/*.cpp)
add_library(mixcon_trainer_data STATIC EXCLUDE_FROM_ALL ${sources} recipes/batch_to_mix.cpp recipes/policies.cpp report/policy_sheet.cpp)
set_source_files_properties(data/sets/digits.cpp PROPERTIES
  COMPILE_DEFINITIONS MIXCON_DIGITS_FOLDER="${CMAKE_CURRENT_SOURCE_DIR}/data/sets/digits")
target_link_libraries(mixcon_trainer_data PUBLIC mixcon_trainer_options ZLIB::ZLIB PNG::PNG JPEG::JPEG
  LibLZMA::LibLZMA Threads::Threads PRIVATE mixcon_warnings)

# What makes the built sets: scripts/data.
add_executable(make_data_set EXCLUDE_FROM_ALL programs/make_data_set.cpp)
target_link_libraries(make_data_set PRIVATE mixcon_trainer_data mixcon_warnings)

# What draws the pictures of docs/pictures: scripts/mix-pictures.
if(MIXCON_BUILD_EXAMPLES)
  add_executable(mix_pictures programs/mix_pictures.cpp)
  target_link_libraries(mix_pictures PRIVATE mixcon_trainer_data mixcon_warnings)
endif()
