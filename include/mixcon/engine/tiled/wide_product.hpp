// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The product of a tile for AVX2 and AVX-512, chosen by the processor that runs.

#include <mixcon/core/number/lanes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

// Programs are usually compiled for the oldest processor of their kind. The product of a tile, where most of the time
// goes, is compiled for newer ones too, and the processor that runs decides: not the flags.
#if defined(__x86_64__) && !defined(__CUDACC__) && MIXCON_VECTOR_BYTES < 64
#define MIXCON_HAS_WIDE_PRODUCT 1
#else
#define MIXCON_HAS_WIDE_PRODUCT 0
#endif

#if MIXCON_HAS_WIDE_PRODUCT

// NOLINTBEGIN(bugprone-macro-parentheses): names and attributes take none
// One block of rows by vectors of columns, all sums in registers; the function of namespace `name`, for `instructions`.
#define MIXCON_WIDE_PRODUCT(name, instructions, bytes, rows, vectors)                                            \
  namespace name {                                                                                               \
  template <class T>                                                                                             \
  struct wide_product {                                                                                          \
    typedef T vector __attribute__((vector_size(bytes)));                                                        \
    static constexpr index_t lanes = bytes / static_cast<int>(sizeof(T));                                        \
    static constexpr unsigned most_rows = rows, most_vectors = vectors;                                          \
    template <unsigned Rows, unsigned Vectors>                                                                   \
    __attribute__((target(instructions), noinline)) static void block(bool add, index_t depth, const T* a,       \
                                                                      index_t a_row, index_t a_step, const T* b, \
                                                                      index_t b_row, T* out, index_t out_row) {  \
      vector sum[Rows][Vectors];                                                                                 \
      MIXCON_UNROLL                                                                                              \
      for (unsigned i = 0; i < Rows; ++i) {                                                                      \
        MIXCON_UNROLL                                                                                            \
        for (unsigned v = 0; v < Vectors; ++v) {                                                                 \
          if (add)                                                                                               \
            __builtin_memcpy(&sum[i][v], out + i * out_row + v * lanes, sizeof(vector));                         \
          else                                                                                                   \
            sum[i][v] = vector{};                                                                                \
        }                                                                                                        \
      }                                                                                                          \
      for (index_t k = 0; k < depth; ++k) {                                                                      \
        vector column[Vectors];                                                                                  \
        MIXCON_UNROLL                                                                                            \
        for (unsigned v = 0; v < Vectors; ++v)                                                                   \
          __builtin_memcpy(&column[v], b + k * b_row + v * lanes, sizeof(vector));                               \
        MIXCON_UNROLL                                                                                            \
        for (unsigned i = 0; i < Rows; ++i) {                                                                    \
          const vector x = a[i * a_row + k * a_step] - vector{};                                                 \
          MIXCON_UNROLL                                                                                          \
          for (unsigned v = 0; v < Vectors; ++v) sum[i][v] += x * column[v];                                     \
        }                                                                                                        \
      }                                                                                                          \
      MIXCON_UNROLL                                                                                              \
      for (unsigned i = 0; i < Rows; ++i) {                                                                      \
        MIXCON_UNROLL                                                                                            \
        for (unsigned v = 0; v < Vectors; ++v)                                                                   \
          __builtin_memcpy(out + i * out_row + v * lanes, &sum[i][v], sizeof(vector));                           \
      }                                                                                                          \
    }                                                                                                            \
  };                                                                                                             \
  }
// NOLINTEND(bugprone-macro-parentheses)

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

MIXCON_WIDE_PRODUCT(for_avx512, "avx512f", 64, 6, 4)
#if MIXCON_VECTOR_BYTES < 32
MIXCON_WIDE_PRODUCT(for_avx2, "avx2,fma", 32, 4, 2)
#endif

enum class processor { as_compiled, avx2, avx512 };

/// What the running processor offers beyond the flags of this file.
inline processor processor_at_hand() {
  static const processor found = [] {
    if (__builtin_cpu_supports("avx512f")) return processor::avx512;
    if (MIXCON_VECTOR_BYTES < 32 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      return processor::avx2;
    return processor::as_compiled;
  }();
  return found;
}

template <class Wide, unsigned Vectors, class T>
void wide_rows(bool add, index_t rows, index_t depth, const T* a, index_t a_row, index_t a_step, const T* b,
               index_t b_row, T* out, index_t out_row) {
  constexpr unsigned at_once = Wide::most_rows;
  index_t i = 0;
  for (; i + at_once <= rows; i += at_once)
    Wide::template block<at_once, Vectors>(add, depth, a + i * a_row, a_row, a_step, b, b_row, out + i * out_row,
                                           out_row);
  for (; i < rows; ++i)
    Wide::template block<1, Vectors>(add, depth, a + i * a_row, a_row, a_step, b, b_row, out + i * out_row, out_row);
}

/// The columns that fill whole wide vectors; answers how many they are.
template <class Wide, class T>
index_t wide_columns(bool add, index_t rows, index_t columns, index_t depth, const T* a, index_t a_row, index_t a_step,
                     const T* b, index_t b_row, T* out, index_t out_row) {
  constexpr index_t width = Wide::lanes;
  constexpr unsigned vectors = Wide::most_vectors;
  index_t j = 0;
  for (; j + vectors * width <= columns; j += vectors * width)
    wide_rows<Wide, vectors>(add, rows, depth, a, a_row, a_step, b + j, b_row, out + j, out_row);
  for (; j + width <= columns; j += width)
    wide_rows<Wide, 1>(add, rows, depth, a, a_row, a_step, b + j, b_row, out + j, out_row);
  return j;
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

#undef MIXCON_WIDE_PRODUCT
#endif

MIXCON_STRICT_FLOATS_END
