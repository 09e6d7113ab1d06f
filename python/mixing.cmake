# SPDX-License-Identifier: BSD-3-Clause
# The module _mixing: a file for each kind of plan, and one for the policies. Apart from _core: it is imported when
# something of it is first used.
set(mixing src/mixing/module.cpp src/mixing/policies.cpp)
foreach(KIND interpolated pasted_boxes pasted_intervals masked filled_boxes resized_boxes switched multi_lerp multi_mask
        transported_blocks transported_tokens slerp)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/mixing/${KIND}.cpp)
  configure_file(src/mixing/kind.cpp.in ${file} @ONLY)
  list(APPEND mixing ${file})
endforeach()
nanobind_add_module(_mixing NB_STATIC STABLE_ABI ${mixing})
target_include_directories(_mixing PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR}/../include)
target_link_libraries(_mixing PRIVATE Threads::Threads)
target_link_options(_mixing PRIVATE ${self_contained})
install(TARGETS _mixing LIBRARY DESTINATION mixcon)
