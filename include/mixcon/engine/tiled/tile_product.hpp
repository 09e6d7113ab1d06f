// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The product of a tile, kept in registers, for any vector width.

#include <mixcon/core/number/lanes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// How much of a product is kept in registers at once: rows, and vectors of columns.
template <class For>
struct register_tile {
  static constexpr unsigned rows = For::bytes == 16 ? 4 : 6;
  static constexpr unsigned vectors = For::bytes == 64 ? 4 : 2;
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

#if MIXCON_HAS_MASK_BITS
// `to` = x on every lane, of 64 bytes and of 32. By hand: g++ needs up to three instructions where the flags of the
// file lack the instruction set, and these take the place of products.
template <class Vector, class T>
MIXCON_FOR_AVX512 inline void broadcast_to_64(const T& x, Vector& to) {
  if constexpr (sizeof(T) == 4)
    asm("vbroadcastss %1, %0" : "=v"(to) : "m"(x));
  else
    asm("vbroadcastsd %1, %0" : "=v"(to) : "m"(x));
}
template <class Vector, class T>
MIXCON_FOR_AVX2 inline void broadcast_to_32(const T& x, Vector& to) {
  if constexpr (sizeof(T) == 4)
    asm("vbroadcastss %1, %0" : "=x"(to) : "m"(x));
  else
    asm("vbroadcastsd %1, %0" : "=x"(to) : "m"(x));
}
#endif
/// x on every lane, from memory.
template <class V, class T>
MIXCON_IN_LOOPS inline V broadcast_from(const T& x) {
  static_assert(std::is_same_v<T, scalar_of<V>>);
#if MIXCON_HAS_MASK_BITS
  constexpr std::size_t bytes = sizeof(typename V::vector);
  V all;
  if constexpr (bytes == 64)
    broadcast_to_64(x, all.v);
  else if constexpr (bytes == 32)
    broadcast_to_32(x, all.v);
  else
    all = V(x);
  return all;
#else
  return V(x);
#endif
}

/// out[Rows][Vectors] = a b over `depth`, or with `add` +=, all sums in registers.
template <class V, unsigned Rows, unsigned Vectors, class T>
MIXCON_IN_LOOPS inline void register_product(bool add, index_t depth, strided<T> a, rows_of_vectors<T> b, T* out,
                                             index_t out_row) {
  constexpr index_t width = lane_count<V>();
  typename V::vector sum[Rows][Vectors] = {};
  if (add) {
    MIXCON_UNROLL
    for (unsigned i = 0; i < Rows; ++i) {
      MIXCON_UNROLL
      for (unsigned v = 0; v < Vectors; ++v)
        __builtin_memcpy(&sum[i][v], out + i * out_row + v * width, sizeof sum[i][v]);
    }
  }
  for (index_t k = 0; k < depth; ++k) {
    typename V::vector column[Vectors];
    MIXCON_UNROLL
    for (unsigned v = 0; v < Vectors; ++v)
      __builtin_memcpy(&column[v], b.data + k * b.row + v * width, sizeof column[v]);
    MIXCON_UNROLL
    for (unsigned i = 0; i < Rows; ++i) {
      const V x = broadcast_from<V>(a.data[i * a.row + k * a.step]);
      MIXCON_UNROLL
      for (unsigned v = 0; v < Vectors; ++v) sum[i][v] += x.v * column[v];
    }
  }
  MIXCON_UNROLL
  for (unsigned i = 0; i < Rows; ++i) {
    MIXCON_UNROLL
    for (unsigned v = 0; v < Vectors; ++v)
      __builtin_memcpy(out + i * out_row + v * width, &sum[i][v], sizeof sum[i][v]);
  }
}

/// The same, compiled for an instruction set.
template <class For, class V, unsigned Rows, unsigned Vectors, class T>
inline void product_of_strip(bool add, index_t depth, strided<T> a, rows_of_vectors<T> b, T* out, index_t out_row) {
  run_for<For>([=] { register_product<V, Rows, Vectors>(add, depth, a, b, out, out_row); });
}
/// Calls strip(rows, i) for all rows, from i on: as many at once as registers hold, then 4, then one by one.
template <class For, class Strip>
void for_each_strip(index_t rows, const Strip& strip) {
  constexpr unsigned at_once = register_tile<For>::rows;
  index_t i = 0;
  const auto go_on_by = [&](auto count) {
    for (; i + static_cast<index_t>(count) <= rows; i += count) strip(count, i);
  };
  go_on_by(std::integral_constant<unsigned, at_once>{});
  if constexpr (at_once > 4) go_on_by(std::integral_constant<unsigned, 4>{});
  go_on_by(std::integral_constant<unsigned, 1>{});
}

/// Vectors of columns, for all rows.
template <class For, class V, unsigned Vectors, class T>
void product_of_rows(bool add, index_t rows, index_t depth, strided<T> a, rows_of_vectors<T> b, T* out,
                     index_t out_row) {
  for_each_strip<For>(rows, [=](auto count, index_t i) {
    product_of_strip<For, V, decltype(count)::value, Vectors>(add, depth, strided<T>{a.data + i * a.row, a.row, a.step},
                                                              b, out + i * out_row, out_row);
  });
}

template <class For, class T>
void product_for(bool add, index_t rows, index_t columns, index_t depth, strided<T> a, rows_of_vectors<T> b, T* out,
                 index_t out_row) {
  using vector = typename For::template vector<T>;
  using least_vector = lanes<T, 16 / static_cast<int>(sizeof(T))>;
  constexpr index_t width = lane_count<vector>(), least = lane_count<least_vector>();
  constexpr unsigned vectors = register_tile<For>::vectors;
  index_t j = 0;
  for (; j + vectors * width <= columns; j += vectors * width)
    product_of_rows<For, vector, vectors>(add, rows, depth, a, rows_of_vectors<T>{b.data + j, b.row}, out + j, out_row);
  for (; j + width <= columns; j += width)
    product_of_rows<For, vector, 1>(add, rows, depth, a, rows_of_vectors<T>{b.data + j, b.row}, out + j, out_row);
  if constexpr (least < width)
    for (; j < columns; j += least)
      product_of_rows<For, least_vector, 1>(add, rows, depth, a, rows_of_vectors<T>{b.data + j, b.row}, out + j,
                                            out_row);
}

/// out (rows, columns) = a (rows, depth) b (depth, columns), or with `add` +=; columns are whole vectors of 16 bytes.
/// Every sum runs over `depth` in order, so an entry does not depend on where its tile begins.
template <class T>
void tile_product(bool add, index_t rows, index_t columns, index_t depth, strided<T> a, rows_of_vectors<T> b, T* out,
                  index_t out_row) {
  for_set_in_use([&](auto set) { product_for<decltype(set)>(add, rows, columns, depth, a, b, out, out_row); });
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
