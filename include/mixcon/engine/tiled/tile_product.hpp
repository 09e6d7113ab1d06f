// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The product of a tile, kept in registers, for any vector width.

#include <mixcon/core/number/lanes.hpp>
#include <mixcon/engine/tiled/wide_product.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// How much of a product is kept in registers at once: rows, and vectors of columns.
template <class T>
struct register_tile {
  static constexpr int lanes = MIXCON_VECTOR_BYTES / static_cast<int>(sizeof(T));
  static constexpr unsigned rows = MIXCON_VECTOR_BYTES == 64 ? 6 : 4;
  static constexpr unsigned vectors = MIXCON_VECTOR_BYTES == 64 ? 4 : 2;
};

/// A matrix that is read element by element: entry (i, k) at data[i * row + k * step].
template <class T>
struct strided {
  const T* data;
  index_t row, step;
};
/// A matrix whose rows are read in whole vectors: entry (k, j) at data[k * row + j].
template <class T>
struct rows_of_vectors {
  const T* data;
  index_t row;
};

template <class T>
inline native_lanes<T> load_vector(const T* from) {
  native_lanes<T> x;
  __builtin_memcpy(&x.v, from, sizeof x.v);
  return x;
}
template <class T>
inline void store_vector(T* to, const native_lanes<T>& x) {
  __builtin_memcpy(to, &x.v, sizeof x.v);
}

/// out[Rows][Vectors] = a b over `depth`, or with `add` +=, all sums in registers.
template <unsigned Rows, unsigned Vectors, class T>
inline void register_product(bool add, index_t depth, strided<T> a, rows_of_vectors<T> b, T* out, index_t out_row) {
  using vector = native_lanes<T>;
  constexpr index_t width = register_tile<T>::lanes;
  vector sum[Rows][Vectors];
  if (add) {
    MIXCON_UNROLL
    for (unsigned i = 0; i < Rows; ++i) {
      MIXCON_UNROLL
      for (unsigned v = 0; v < Vectors; ++v) sum[i][v] = load_vector(out + i * out_row + v * width);
    }
  }
  for (index_t k = 0; k < depth; ++k) {
    vector column[Vectors];
    MIXCON_UNROLL
    for (unsigned v = 0; v < Vectors; ++v) column[v] = load_vector(b.data + k * b.row + v * width);
    MIXCON_UNROLL
    for (unsigned i = 0; i < Rows; ++i) {
      const vector x(a.data[i * a.row + k * a.step]);
      MIXCON_UNROLL
      for (unsigned v = 0; v < Vectors; ++v) sum[i][v].v += x.v * column[v].v;
    }
  }
  MIXCON_UNROLL
  for (unsigned i = 0; i < Rows; ++i) {
    MIXCON_UNROLL
    for (unsigned v = 0; v < Vectors; ++v) store_vector(out + i * out_row + v * width, sum[i][v]);
  }
}

template <unsigned Vectors, class T>
inline void product_of_rows(bool add, index_t rows, index_t depth, strided<T> a, rows_of_vectors<T> b, T* out,
                            index_t out_row) {
  constexpr unsigned at_once = register_tile<T>::rows;
  index_t i = 0;
  for (; i + at_once <= rows; i += at_once)
    register_product<at_once, Vectors>(add, depth, strided<T>{a.data + i * a.row, a.row, a.step}, b, out + i * out_row,
                                       out_row);
  for (; i < rows; ++i)
    register_product<1, Vectors>(add, depth, strided<T>{a.data + i * a.row, a.row, a.step}, b, out + i * out_row,
                                 out_row);
}

/// As many columns as the processor can do better than this file's flags say; answers how many.
template <class T>
index_t product_by_wide_vectors([[maybe_unused]] bool add, [[maybe_unused]] index_t rows,
                                [[maybe_unused]] index_t columns, [[maybe_unused]] index_t depth,
                                [[maybe_unused]] strided<T> a, [[maybe_unused]] rows_of_vectors<T> b,
                                [[maybe_unused]] T* out, [[maybe_unused]] index_t out_row) {
#if MIXCON_HAS_WIDE_PRODUCT
  const processor at_hand = processor_at_hand();
  if (at_hand == processor::avx512)
    return wide_columns<for_avx512::wide_product<T>>(add, rows, columns, depth, a.data, a.row, a.step, b.data, b.row,
                                                     out, out_row);
#if MIXCON_VECTOR_BYTES < 32
  if (at_hand == processor::avx2)
    return wide_columns<for_avx2::wide_product<T>>(add, rows, columns, depth, a.data, a.row, a.step, b.data, b.row, out,
                                                   out_row);
#endif
#endif
  return 0;
}

/// out (rows, columns) = a (rows, depth) b (depth, columns), or with `add` +=; columns a multiple of the vector width.
/// Every sum runs over `depth` in order, so an entry does not depend on where its tile begins.
template <class T>
void tile_product(bool add, index_t rows, index_t columns, index_t depth, strided<T> a, rows_of_vectors<T> b, T* out,
                  index_t out_row) {
  constexpr index_t width = register_tile<T>::lanes;
  constexpr unsigned vectors = register_tile<T>::vectors;
  index_t j = product_by_wide_vectors(add, rows, columns, depth, a, b, out, out_row);
  for (; j + vectors * width <= columns; j += vectors * width)
    product_of_rows<vectors>(add, rows, depth, a, rows_of_vectors<T>{b.data + j, b.row}, out + j, out_row);
  for (; j < columns; j += width)
    product_of_rows<1>(add, rows, depth, a, rows_of_vectors<T>{b.data + j, b.row}, out + j, out_row);
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
