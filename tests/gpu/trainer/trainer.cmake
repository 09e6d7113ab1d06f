# SPDX-License-Identifier: BSD-3-Clause
# The trainer's device: emulated, with the trainer's networks, and for steps of recipes the whole trainer; and compiled.
foreach(target IN LISTS gpu_tests)
  if(target MATCHES "^test_gpu_trainer_")
    target_link_libraries(${target} PRIVATE mixcon_trainer_nets)
  endif()
endforeach()
foreach(steps IN ITEMS steps queue_steps mixed_class_steps student_steps negative_steps mask_steps more_mask_steps)
  if(NOT TARGET test_gpu_trainer_${steps})
    continue()
  endif()
  if(TARGET mixcon_trainer)
    target_link_libraries(test_gpu_trainer_${steps} PRIVATE mixcon_trainer)
    set_target_properties(test_gpu_trainer_${steps} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)  # of no OpenMP
  else()
    set_target_properties(test_gpu_trainer_${steps} PROPERTIES EXCLUDE_FROM_ALL ON)
    set_tests_properties(gpu.trainer.${steps} PROPERTIES DISABLED ON)
  endif()
endforeach()

find_path(MIXCON_CUDNN_INCLUDE cudnn.h HINTS /usr/local/cuda/include)
if(MIXCON_NVCC AND MIXCON_CUDNN_INCLUDE)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/trainer/devices/cuda/*.cu)
  add_test(NAME gpu.trainer_compiles
    COMMAND ${MIXCON_NVCC} -std=c++20 -arch=sm_90 -c -Werror all-warnings
      -Xcompiler=-Wall,-Wextra,-Wshadow,-Wconversion,-Wdouble-promotion -I ${PROJECT_SOURCE_DIR}/include
      -I ${PROJECT_SOURCE_DIR}/cuda/include -I ${PROJECT_SOURCE_DIR}/examples/trainer -isystem ${MIXCON_CUDNN_INCLUDE}
      ${sources}
    WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
else()
  add_test(NAME gpu.trainer_compiles
    COMMAND sh -c "echo 'nvcc or cudnn.h is not installed: the device was not compiled'; exit 77")
endif()
set_tests_properties(gpu.trainer_compiles PROPERTIES LABELS "gpu;nvcc" SKIP_RETURN_CODE 77)
