// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The filter of scores on AVX-512, where the processor at hand has it.

#include <mixcon/core/number/instruction_sets.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Which scores a filter copies: those not at most a bound, NaN too, or those that reach it.
enum class which_scores { not_at_most, at_least };
template <which_scores Which, class T>
bool is_copied(T score, T bound) {
  return Which == which_scores::at_least ? score >= bound : !(score <= bound);
}

}  // namespace mixcon::detail

// AVX-512 copies the chosen lanes of a vector side by side in one step, which no vector extension of a compiler can
// say. As for products, the processor that runs decides: not the flags.
#if defined(__x86_64__) && !defined(__CUDACC__)
#define MIXCON_HAS_WIDE_FILTER 1
#else
#define MIXCON_HAS_WIDE_FILTER 0
#endif

#if MIXCON_HAS_WIDE_FILTER

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

inline bool has_wide_filter() {
#if MIXCON_MAY_WIDEN
  return instruction_set_in_use() == instruction_set::avx512;
#else
  return MIXCON_VECTOR_BYTES >= 64;  // this file's flags decide, as for its other loops
#endif
}

namespace for_avx512 {

inline constexpr int at_least = 29, not_at_most = 22;  // comparisons; the second is true of NaN
inline constexpr int rounding_as_set = 4;
typedef float scores_at_once __attribute__((vector_size(64)));
typedef std::int32_t keys_at_once __attribute__((vector_size(64)));

/// `mixcon::detail::copy_scores`.
template <mixcon::detail::which_scores Which>
__attribute__((target("avx512f,popcnt"), noinline)) inline index_t copy_scores(float bound, const float* scores,
                                                                               const std::int32_t* keys,
                                                                               std::int32_t first, index_t count,
                                                                               float* to_scores,
                                                                               std::int32_t* to_keys) {
  constexpr int comparison = Which == mixcon::detail::which_scores::at_least ? at_least : not_at_most;
  constexpr index_t at_once = 16, vectors = 4;
  const scores_at_once bounds = bound - scores_at_once{};
  const keys_at_once firsts = first - keys_at_once{};
  index_t copied = 0, j = 0;
  for (; j + vectors * at_once <= count; j += vectors * at_once) {
    scores_at_once some[vectors];
    std::uint16_t chosen[vectors];
    unsigned any = 0;
    MIXCON_UNROLL
    for (index_t v = 0; v < vectors; ++v) {
      __builtin_memcpy(&some[v], scores + j + v * at_once, sizeof some[v]);
      chosen[v] = static_cast<std::uint16_t>(__builtin_ia32_cmpps512_mask(
          some[v], bounds, comparison, static_cast<std::uint16_t>(0xffff), rounding_as_set));
      any |= chosen[v];
    }
    if (any == 0) continue;
    MIXCON_UNROLL
    for (index_t v = 0; v < vectors; ++v) {
      keys_at_once which;
      __builtin_memcpy(&which, keys + j + v * at_once, sizeof which);
      which += firsts;
      const scores_at_once packed = __builtin_ia32_compresssf512_mask(some[v], scores_at_once{}, chosen[v]);
      which = __builtin_ia32_compresssi512_mask(which, keys_at_once{}, chosen[v]);
      __builtin_memcpy(to_scores + copied, &packed, sizeof packed);
      __builtin_memcpy(to_keys + copied, &which, sizeof which);
      copied += __builtin_popcount(chosen[v]);
    }
  }
  for (; j < count; ++j) {
    const float score = scores[j];
    to_scores[copied] = score;
    to_keys[copied] = first + keys[j];
    copied += mixcon::detail::is_copied<Which>(score, bound) ? 1 : 0;
  }
  return copied;
}

/// `mixcon::detail::count_at_least`.
__attribute__((target("avx512f,popcnt"), noinline)) inline index_t count_at_least(float bound, const float* scores,
                                                                                  index_t count) {
  constexpr index_t at_once = 16;
  const scores_at_once bounds = bound - scores_at_once{};
  index_t found = 0;
  for (index_t j = 0; j < count; j += at_once) {
    scores_at_once some;
    __builtin_memcpy(&some, scores + j, sizeof some);
    const unsigned asked = count - j < at_once ? (1U << (count - j)) - 1 : 0xffffU;
    found += __builtin_popcount(static_cast<std::uint16_t>(
        __builtin_ia32_cmpps512_mask(some, bounds, at_least, static_cast<std::uint16_t>(asked), rounding_as_set)));
  }
  return found;
}

}  // namespace for_avx512
}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

#endif

MIXCON_STRICT_FLOATS_END
