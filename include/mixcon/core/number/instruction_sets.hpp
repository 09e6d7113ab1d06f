// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The instruction sets that hot loops are compiled for, and the choice among them: by the processor that runs, not by
// the flags of a file.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>

#include <cstdlib>
#include <cstring>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

// Two files of one program may be compiled for different instruction sets. What depends on the set lives in a namespace
// of its own, so that the linker never takes one file's code for the other's. g++ and clang have two, since they store
// the answers of 64-byte comparisons differently.
#if defined(__AVX512F__)
#define MIXCON_VECTOR_BYTES 64
#define MIXCON_INSTRUCTION_SET_OF(compiler) avx512##compiler
#elif defined(__AVX2__) && defined(__FMA__)
#define MIXCON_VECTOR_BYTES 32
#define MIXCON_INSTRUCTION_SET_OF(compiler) avx2_fma##compiler
#elif defined(__AVX__)
#define MIXCON_VECTOR_BYTES 32
#define MIXCON_INSTRUCTION_SET_OF(compiler) avx##compiler
#else
#define MIXCON_VECTOR_BYTES 16
#define MIXCON_INSTRUCTION_SET_OF(compiler) baseline##compiler
#endif
#if defined(__clang__) && defined(MIXCON_ONE_INSTRUCTION_SET)
#define MIXCON_INSTRUCTION_SET MIXCON_INSTRUCTION_SET_OF(_only_clang)
#elif defined(__clang__)
#define MIXCON_INSTRUCTION_SET MIXCON_INSTRUCTION_SET_OF(_clang)
#elif defined(MIXCON_ONE_INSTRUCTION_SET)
#define MIXCON_INSTRUCTION_SET MIXCON_INSTRUCTION_SET_OF(_only)
#else
#define MIXCON_INSTRUCTION_SET MIXCON_INSTRUCTION_SET_OF()
#endif

// Where functions can be compiled for more than the flags say. A file for AVX-512 needs no more than its flags, and one
// with MIXCON_ONE_INSTRUCTION_SET wants no more, as tests do, which then compile in half the time.
#if defined(__x86_64__) && !defined(__CUDACC__)
#define MIXCON_FOR_AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx2,fma")))
#define MIXCON_FOR_AVX2 __attribute__((target("avx2,fma")))
#else
#define MIXCON_FOR_AVX512
#define MIXCON_FOR_AVX2
#endif
#if defined(__x86_64__) && !defined(__CUDACC__) && MIXCON_VECTOR_BYTES < 64 && !defined(MIXCON_ONE_INSTRUCTION_SET)
#define MIXCON_MAY_WIDEN 1
#else
#define MIXCON_MAY_WIDEN 0
#endif

namespace mixcon {

/// Instruction sets that loops are compiled for, each with what those before it have.
enum class instruction_set {
  as_compiled,  // what the flags of a file say: SSE2 on x86-64 without flags, NEON on AArch64
  avx2,         // AVX2 and FMA
  avx512,       // AVX-512 F, DQ and BW
};

#if !defined(__CUDACC__)  // whose host code has the set of its flags
namespace detail {

/// The best that the processor offers.
inline instruction_set instruction_set_of_processor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    return instruction_set::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return instruction_set::avx2;
#endif
  return instruction_set::as_compiled;
}
/// What the environment's MIXCON_INSTRUCTION_SET names, or what the processor offers.
inline instruction_set instruction_set_at_first() {
  const instruction_set best = instruction_set_of_processor();
  const char* const text = std::getenv("MIXCON_INSTRUCTION_SET");
  if (text == nullptr) return best;
  const char* const names[] = {"as_compiled", "avx2", "avx512"};
  for (int k = 0; k < 3; ++k)
    if (std::strcmp(text, names[k]) == 0 && k <= static_cast<int>(best)) return static_cast<instruction_set>(k);
  MIXCON_REQUIRE(false, "mixcon: MIXCON_INSTRUCTION_SET is \"", text,
                 "\"; expected as_compiled, avx2 or avx512, and none that this processor lacks (it has ",
                 names[static_cast<int>(best)], ")");
  return best;
}
/// One for all files of a program, whatever their flags.
inline int& chosen_instruction_set() {
  static int chosen = static_cast<int>(instruction_set_at_first());
  return chosen;
}

}  // namespace detail

/// The widest instruction set that loops use: the processor's best, unless the environment's MIXCON_INSTRUCTION_SET
/// (as_compiled, avx2, avx512; read once) or a call of `use_instruction_set` said otherwise. A file whose flags say
/// more uses these.
inline instruction_set instruction_set_in_use() {
  return static_cast<instruction_set>(__atomic_load_n(&detail::chosen_instruction_set(), __ATOMIC_RELAXED));
}
/// Sets it, for tests and comparisons, between calls; std::invalid_argument where the processor lacks it.
inline void use_instruction_set(instruction_set widest) {
  MIXCON_REQUIRE(widest <= detail::instruction_set_of_processor(),
                 "use_instruction_set: an instruction set that this processor lacks; expected one it has, as "
                 "instruction_set_in_use() says at first");
  __atomic_store_n(&detail::chosen_instruction_set(), static_cast<int>(widest), __ATOMIC_RELAXED);
}

#endif

inline namespace MIXCON_INSTRUCTION_SET {

template <class T, int W>
struct lanes;

/// How a loop is compiled: the bytes of its vectors, and the lanes that fill one. A loop is a template of this type,
/// and its name carries it: no two instruction sets share a function.
template <instruction_set Which, int Bytes>
struct compiled_for {
  static constexpr instruction_set which = Which;
  static constexpr int bytes = Bytes;
  template <class T>
  static constexpr int width = Bytes / static_cast<int>(sizeof(T));
  template <class T>
  using vector = lanes<T, width<T>>;
};
using as_compiled = compiled_for<instruction_set::as_compiled, MIXCON_VECTOR_BYTES>;
using with_avx2 = compiled_for<instruction_set::avx2, 32>;
using with_avx512 = compiled_for<instruction_set::avx512, 64>;

namespace vectors {
// The doors to the sets. All that `loop` calls is inlined there, unless marked otherwise, and so compiled for the set.
template <class F>
MIXCON_FOR_AVX512 __attribute__((flatten, noinline)) void run_with_avx512(const F& loop) {
  loop();
}
template <class F>
MIXCON_FOR_AVX2 __attribute__((flatten, noinline)) void run_with_avx2(const F& loop) {
  loop();
}
template <class F>
__attribute__((flatten, noinline)) void run_as_compiled(const F& loop) {
  loop();
}
}  // namespace vectors

/// Calls loop(), compiled for `For` with all that it calls.
template <class For, class F>
inline void run_for(const F& loop) {
  if constexpr (For::which == instruction_set::avx512)
    vectors::run_with_avx512(loop);
  else if constexpr (For::which == instruction_set::avx2)
    vectors::run_with_avx2(loop);
  else
    vectors::run_as_compiled(loop);
}

/// Calls visit(for_set), for_set being the `compiled_for` of the best set in use: loops are chosen by it, and enter it
/// by `run_for`.
template <class Visit>
inline void for_set_in_use(const Visit& visit) {
#if MIXCON_MAY_WIDEN
  const instruction_set in_use = instruction_set_in_use();
  if (in_use == instruction_set::avx512) return visit(with_avx512{});
#if MIXCON_VECTOR_BYTES < 32 || !defined(__FMA__)
  if (in_use == instruction_set::avx2) return visit(with_avx2{});
#endif
#endif
  visit(as_compiled{});
}

}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
