# SPDX-License-Identifier: BSD-3-Clause
# Recipes on the emulated device: with the whole trainer, where it is built.
foreach(target IN LISTS gpu_tests)
  if(target MATCHES "^test_gpu_trainer_steps")
    if(TARGET mixcon_trainer)
      target_link_libraries(${target} PRIVATE mixcon_trainer)
      set_target_properties(${target} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)  # of no OpenMP
    else()
      set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endif()
endforeach()
