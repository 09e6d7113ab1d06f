// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Keeps -ffast-math and its kind away from what our headers define.

// -ffast-math, -Ofast and the flags that these stand for let a compiler reorder sums and take NaN and infinity for
// impossible. Exponentials, compensated sums, an empty log-sum-exp and every check of what comes in would break, so
// what stands between MIXCON_STRICT_FLOATS_BEGIN and _END is compiled as without these flags; all else keeps its flags.
// Every header has the first after its includes and the second as its last line. Both are empty where no such flag is
// on, in CUDA, and for processors whose clang has no such pragma.

#if defined(__CUDACC__)
// nvcc has flags of its own for kernels
#elif defined(__clang__)
#if !(defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__powerpc64__))
#elif __FINITE_MATH_ONLY__
#define MIXCON_STRICT_FLOATS_BEGIN _Pragma("float_control(precise, on, push)")
#define MIXCON_STRICT_FLOATS_END _Pragma("float_control(pop)")
#else  // no macro tells of the other flags, and `precise` would undo -ffp-contract=off too
#define MIXCON_STRICT_FLOATS_BEGIN _Pragma("float_control(push)") _Pragma("clang fp reassociate(off)")
#define MIXCON_STRICT_FLOATS_END _Pragma("float_control(pop)")
#endif
#elif __FINITE_MATH_ONLY__ || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#define MIXCON_STRICT_FLOATS_BEGIN _Pragma("GCC push_options") _Pragma("GCC optimize(\"no-fast-math\")")
#define MIXCON_STRICT_FLOATS_END _Pragma("GCC pop_options")
#define MIXCON_STRICT_FRIEND [[gnu::always_inline]]
#endif

#if !defined(MIXCON_STRICT_FLOATS_BEGIN)
#define MIXCON_STRICT_FLOATS_BEGIN
#define MIXCON_STRICT_FLOATS_END
#endif

/// Before a friend that a class template defines: g++ forgets the pragma there, and would neither keep to it nor inline
/// the friend into what does.
#if !defined(MIXCON_STRICT_FRIEND)
#define MIXCON_STRICT_FRIEND
#endif
