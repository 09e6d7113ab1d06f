// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Tiles of operand rows in shared memory, and the products of a strip of 16 of their rows with 16 rows in registers.

#include <mixcon/gpu/tiles/fast_float.cuh>
#include <mixcon/gpu/tiles/operands.cuh>

namespace mixcon::gpu {

/// Sizes of tiles of rows of D numbers: a block of 4 warps streams tiles of `columns` rows through a ring of `Stages`.
template <class Operand, int D, int Stages>
struct tile_sizes {
  static_assert(D == 64 || D == 128 || D == 256);
  static constexpr int threads = 128, warps = 4, stages = Stages;
  static constexpr int pitch = D * Operand::parts;        // elements of a row, all its parts
  static constexpr int columns = pitch <= 256 ? 64 : 32;  // rows of a tile
  static constexpr int tile_entries = columns * pitch;    // of a stage
  static constexpr int steps = D / 16;                    // products along a row
  static constexpr int ring_entries = stages * tile_entries;
  static constexpr int shared_bytes = ring_entries * 2;
  /// The tiles that cover so many rows.
  MIXCON_HD static constexpr int tiles_of(index_t rows) { return static_cast<int>((rows + columns - 1) / columns); }
};

/// Where a 16-byte chunk of a row lies in its tile: permuted, so that the eight rows of a matrix load hit eight banks.
template <class Sizes>
__device__ __forceinline__ int tile_place(int row, int chunk) {
  return row * Sizes::pitch + (chunk ^ (row & 7)) * 8;
}

/// All threads of the block ask for `Rows` rows, from row `first` on, into entry `at` of the ring; rows past the last
/// are zeros. The caller commits.
template <class Sizes, int Rows, class Operand>
__device__ __forceinline__ void fetch_tile(const shared_array<typename Operand::Element>& ring, int at,
                                           const operand_rows<Operand>& from, index_t first) {
  constexpr int chunks = Sizes::pitch / 8, step = Sizes::threads / chunks;
  static_assert(Rows % step == 0);
  const int thread = static_cast<int>(threadIdx.x), row0 = thread / chunks, chunk = thread % chunks;
  const int left = static_cast<int>(from.count - first) - row0;
  const auto* source = from.data + (first + row0) * Sizes::pitch + chunk * 8;
  const int place = at + tile_place<Sizes>(row0, chunk);
#pragma unroll
  for (int row = 0; row < Rows; row += step)
    copy_async<16>(ring.address((place ^ (row & 7) * 8) + row * Sizes::pitch), source + row * Sizes::pitch, row < left);
}

/// Sixteen rows as the left side of products, in the registers of a warp.
template <class Operand, class Sizes>
struct left_rows {
  std::uint32_t part[static_cast<unsigned>(Operand::parts)][static_cast<unsigned>(Sizes::steps)][4];

  /// From row `first` of the tile at entry 0.
  __device__ __forceinline__ void load(const shared_array<typename Operand::Element>& ring, int first) {
    const int lane = lane_of_warp();
#pragma unroll
    for (int q = 0; q < Operand::parts; ++q)
#pragma unroll
      for (int k = 0; k < Sizes::steps; ++k)
        load_matrix_x4(part[q][k],
                       ring.address(tile_place<Sizes>(first + lane % 16, 2 * (q * Sizes::steps + k) + lane / 16)));
  }
};

/// sum[0], sum[1] (16 x 8 each, laid out as mma_16x8x16 says) += the rows times rows n .. n + 15 of the tile at entry
/// `at`, for each of `Blocks` blocks of 16 rows.
template <class Operand, class Sizes, int Blocks>
__device__ __forceinline__ void add_products(float (&sum)[static_cast<unsigned>(Blocks)][2][4],
                                             const left_rows<Operand, Sizes> (&left)[static_cast<unsigned>(Blocks)],
                                             const shared_array<typename Operand::Element>& ring, int at, int n) {
  using Element = typename Operand::Element;
  const int lane = lane_of_warp();
  // row n + r has chunk 2 k + h at (2 k + h) ^ (r & 7), which is (h ^ (r & 7)) ^ 2 k: the strips that unrolled loops
  // read of one `at` share four places
  const int place = at + tile_place<Sizes>(lane / 16 * 8 + lane % 8, lane / 8 % 2);
  const auto load = [&](std::uint32_t(&right)[4], int k) {
    load_matrix_x4(right, ring.address((place ^ k % 4 * 16) + k / 4 * 64 + n * Sizes::pitch));
  };
#pragma unroll
  for (int k = 0; k < Sizes::steps; ++k) {
    std::uint32_t right[4];
    load(right, k);
#pragma unroll
    for (int q = 0; q < Operand::parts; ++q)
#pragma unroll
      for (int b = 0; b < Blocks; ++b) {
        mma_16x8x16<Element>(sum[b][0], left[b].part[q][k], right[0], right[1]);
        mma_16x8x16<Element>(sum[b][1], left[b].part[q][k], right[2], right[3]);
      }
    if constexpr (Operand::parts == 2) {  // high times low
      load(right, Sizes::steps + k);
#pragma unroll
      for (int b = 0; b < Blocks; ++b) {
        mma_16x8x16<Element>(sum[b][0], left[b].part[0][k], right[0], right[1]);
        mma_16x8x16<Element>(sum[b][1], left[b].part[0][k], right[2], right[3]);
      }
    }
  }
}

/// A strip's pair of an entry of `add_products`: the column, within the strip, of entry e of either half.
__device__ __forceinline__ int column_of_strip(int e) { return e / 2 * 8 + 2 * (lane_of_warp() % 4) + e % 2; }

/// The pair of anchor a and candidate c with this product of their rows, in the numbers of tiles.
template <class Problem>
__device__ __forceinline__ logit_pair<fast_float> tile_pair(const Problem& p, index_t a, index_t c, float product) {
  const fast_float x(product);
  return p.template shared_pair<fast_float>(a, c, p.similarity.value(x, fast_float(1.0F), fast_float(1.0F)));
}

}  // namespace mixcon::gpu
