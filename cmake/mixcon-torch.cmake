# SPDX-License-Identifier: BSD-3-Clause
# Finds LibTorch by its files. The wheel's own find_package(Torch) looks for all of CUDA, and fails where it is not
# installed or where CMake is older.

# Gives the interface target the headers and the libraries torch_cpu and c10, of the folder MIXCON_TORCH, or else of the
# torch that Python imports, or else of the system. Sets `found`; where it is FALSE, MIXCON_TORCH_NOT_FOUND says why.
function(mixcon_find_torch target found)
  set(folder "${MIXCON_TORCH}")
  if(NOT folder)
    find_package(Python3 QUIET COMPONENTS Interpreter)
    if(Python3_FOUND)
      execute_process(COMMAND ${Python3_EXECUTABLE} -c "import importlib.util as u; s = u.find_spec('torch'); print(*(s.submodule_search_locations if s else []))"
        OUTPUT_VARIABLE folder ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    endif()
  endif()
  set(only)
  if(folder)
    set(only HINTS ${folder} NO_DEFAULT_PATH)
  endif()
  find_path(headers torch/csrc/autograd/custom_function.h ${only} PATH_SUFFIXES include NO_CACHE)
  set(libraries PATH_SUFFIXES lib lib/${CMAKE_LIBRARY_ARCHITECTURE} NO_CACHE)
  find_library(torch_cpu torch_cpu ${only} ${libraries})
  find_library(c10 c10 ${only} ${libraries})
  set(${found} FALSE PARENT_SCOPE)
  if(NOT headers OR NOT torch_cpu OR NOT c10)
    if(NOT folder)
      set(folder "the system, and Python imports none")
    endif()
    set(MIXCON_TORCH_NOT_FOUND "no LibTorch in ${folder}; set MIXCON_TORCH to the folder of an installed wheel, \
as `python3 -c 'import torch; print(torch.__path__[0])'` prints it" PARENT_SCOPE)
    return()
  endif()
  if(NOT headers STREQUAL /usr/include)  # which g++ must not be told of
    target_include_directories(${target} SYSTEM INTERFACE ${headers})
  endif()
  # Its libraries of CUDA are found by it when the program runs, and not by the linker.
  target_link_libraries(${target} INTERFACE ${torch_cpu} ${c10})
  target_link_options(${target} INTERFACE LINKER:--allow-shlib-undefined LINKER:--unresolved-symbols=ignore-in-shared-libs)
  set(${found} TRUE PARENT_SCOPE)
endfunction()
