// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The first header of every other: requires C++20, and defines the version, `index_t` and the marks of device
// functions.

// The first header of ours that any other includes. After #error compilers read on, through thousands of lines of
// consequences; a file that is not there stops them.
#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "mixcon needs C++20: compile with -std=c++20 or later"
#include <mixcon/stopped_by_the_error_above>
#endif

#include <mixcon/core/strict_floats.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

/// Version of these headers. `MIXCON_VERSION` compares as a number: 10000 * major + 100 * minor + patch.
#define MIXCON_VERSION_MAJOR 0
#define MIXCON_VERSION_MINOR 1
#define MIXCON_VERSION_PATCH 0
#define MIXCON_VERSION (10000 * MIXCON_VERSION_MAJOR + 100 * MIXCON_VERSION_MINOR + MIXCON_VERSION_PATCH)

/// Before a function of a hot loop, which is compiled for an instruction set by being inlined there
/// (core/number/instruction_sets.hpp). g++ inlines all that such a loop calls; clang what says so.
#if defined(__clang__) && defined(__OPTIMIZE__) && !defined(__CUDACC__)
#define MIXCON_IN_LOOPS __attribute__((always_inline))
#else
#define MIXCON_IN_LOOPS
#endif

/// Marks what kernels may call too, and hot loops of the host.
#if defined(__CUDACC__)
#define MIXCON_HD __host__ __device__
#else
#define MIXCON_HD MIXCON_IN_LOOPS
#endif

/// Before a MIXCON_HD template that calls what it is given: kernels give it device functions, the host its own.
#if defined(__CUDACC__)
#define MIXCON_CALLS_GIVEN _Pragma("nv_exec_check_disable")
#else
#define MIXCON_CALLS_GIVEN
#endif

/// Before a loop of a few steps that must become straight code, so that what it works on stays in registers.
#if defined(__clang__)
#define MIXCON_UNROLL _Pragma("unroll")
#elif defined(__GNUC__)
#define MIXCON_UNROLL _Pragma("GCC unroll 16")
#else
#define MIXCON_UNROLL
#endif

namespace mixcon {

/// Counts and positions: signed, and 64 bits on every platform.
using index_t = std::int64_t;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
