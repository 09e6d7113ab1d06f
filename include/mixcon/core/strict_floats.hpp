// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// -ffast-math, -Ofast and the flags that these stand for let a compiler reorder sums and take NaN and infinity for
// impossible. Exponentials, compensated sums, an empty log-sum-exp and every check of what comes in would break, so what
// stands between the two macros is compiled as without these flags; all else keeps its flags. Every header opens the
// first after its includes and ends with the second. Both are empty where no such flag is on, in CUDA, and for
// processors whose clang has no such pragma.

#if defined(__CUDACC__)
#define MIXCON_STRICT_FLOATS_BEGIN
#define MIXCON_STRICT_FLOATS_END
#elif defined(__clang__) && !(defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__powerpc64__))
#define MIXCON_STRICT_FLOATS_BEGIN
#define MIXCON_STRICT_FLOATS_END
#elif defined(__clang__) && __FINITE_MATH_ONLY__
#define MIXCON_STRICT_FLOATS_BEGIN _Pragma("float_control(precise, on, push)")
#define MIXCON_STRICT_FLOATS_END _Pragma("float_control(pop)")
#elif defined(__clang__)  // it has no macro for the other flags; `precise` would undo -ffp-contract=off too
#define MIXCON_STRICT_FLOATS_BEGIN _Pragma("float_control(push)") _Pragma("clang fp reassociate(off)")
#define MIXCON_STRICT_FLOATS_END _Pragma("float_control(pop)")
#elif defined(__GNUC__) && (__FINITE_MATH_ONLY__ || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__))
#define MIXCON_STRICT_FLOATS_BEGIN _Pragma("GCC push_options") _Pragma("GCC optimize(\"no-fast-math\")")
#define MIXCON_STRICT_FLOATS_END _Pragma("GCC pop_options")
#define MIXCON_STRICT_FRIEND [[gnu::always_inline]]
#else
#define MIXCON_STRICT_FLOATS_BEGIN
#define MIXCON_STRICT_FLOATS_END
#endif

/// Before a friend that a class template defines: g++ forgets the pragma there, and would neither keep to it nor inline
/// the friend into what does.
#if !defined(MIXCON_STRICT_FRIEND)
#define MIXCON_STRICT_FRIEND
#endif
