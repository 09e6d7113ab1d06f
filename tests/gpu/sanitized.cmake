# SPDX-License-Identifier: BSD-3-Clause
# Emulated tests that say so in a comment are also built with AddressSanitizer and UndefinedBehaviorSanitizer, and with
# ThreadSanitizer, whatever the preset: the emulator makes each CUDA thread known to them.
get_property(gpu_tests DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
foreach(target IN LISTS gpu_tests)
  if(NOT target STREQUAL mixcon_emulated_calls)
    target_link_libraries(${target} PRIVATE mixcon_emulated_calls)
  endif()
  target_link_libraries(${target} PRIVATE mixcon::gpu)
  target_compile_options(${target} PRIVATE -Wno-unknown-pragmas)  # kernels say how nvcc unrolls
endforeach()
string(REGEX MATCH "-fsanitize=" already_sanitized "${CMAKE_CXX_FLAGS}")
if(already_sanitized)
  return()
endif()

set(address_flags -fsanitize=address,undefined -fno-sanitize-recover=all)
set(address_environment "ASAN_OPTIONS=detect_stack_use_after_return=1;UBSAN_OPTIONS=print_stacktrace=1")
set(thread_flags -fsanitize=thread)
set(thread_environment "TSAN_OPTIONS=halt_on_error=1")
# ThreadSanitizer does not find its place in memory where the kernel scatters addresses widely.
set(thread_launcher "")
execute_process(COMMAND setarch --addr-no-randomize true RESULT_VARIABLE scatters OUTPUT_QUIET ERROR_QUIET)
if(scatters EQUAL 0)
  set(thread_launcher setarch --addr-no-randomize)
endif()

foreach(sanitizer address thread)
  set(support mixcon_test_support_${sanitizer})
  add_library(${support} STATIC ${PROJECT_SOURCE_DIR}/tests/support/catch.cpp)  # for its precompiled header
  target_link_libraries(${support} PUBLIC mixcon_test_support mixcon::gpu)
  target_compile_options(${support} PUBLIC ${${sanitizer}_flags} -O1 -g1 -Wno-unknown-pragmas
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(${support} PUBLIC ${${sanitizer}_flags})
  target_precompile_headers(${support} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/catch.hpp)
endforeach()

foreach(target IN LISTS gpu_tests)
  get_target_property(source ${target} SOURCES)
  if(NOT source MATCHES "[.]cpp$" OR target STREQUAL mixcon_emulated_calls)
    continue()
  endif()
  file(STRINGS ${source} marked REGEX "^// Also under AddressSanitizer and ThreadSanitizer")
  if(NOT marked)
    continue()
  endif()
  string(REGEX REPLACE "^test_gpu_" "gpu." name ${target})
  foreach(sanitizer address thread)
    set(program ${target}_${sanitizer})
    add_executable(${program} ${source})
    target_link_libraries(${program} PRIVATE mixcon_test_support_${sanitizer})
    target_precompile_headers(${program} REUSE_FROM mixcon_test_support_${sanitizer})
    add_test(NAME ${name}_${sanitizer} COMMAND ${${sanitizer}_launcher} $<TARGET_FILE:${program}>)
    set_tests_properties(${name}_${sanitizer} PROPERTIES LABELS gpu ENVIRONMENT "${${sanitizer}_environment}")
  endforeach()
endforeach()

# Faults that only a sanitizer sees: it must end the program, and say why.
function(mixcon_must_report name sanitizer case message)
  set(program test_gpu_emulator_with_plain_pointers_${sanitizer})
  add_test(NAME gpu.${name} COMMAND ${${sanitizer}_launcher} $<TARGET_FILE:${program}> ${case})
  set_tests_properties(gpu.${name} PROPERTIES LABELS gpu ENVIRONMENT "${${sanitizer}_environment}"
    PASS_REGULAR_EXPRESSION "${message}")
endfunction()
mixcon_must_report(race_before_the_read thread "Plain pointers without the first barrier" "data race")
mixcon_must_report(race_after_the_read thread "Plain pointers without the second barrier" "data race")
mixcon_must_report(race_of_writes thread "Every thread writes one number" "data race")
mixcon_must_report(overrun_of_shared_memory address "One number past shared memory" "heap-buffer-overflow")
mixcon_must_report(overrun_of_device_memory address "One number past device memory" "heap-buffer-overflow")
