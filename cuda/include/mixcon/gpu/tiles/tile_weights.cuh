// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The backward kernel of the tier `tiles`: weights of pairs from the library's own slopes, and their products with
// rows, both on tensor cores; no weight is ever written.

#include <mixcon/gpu/tiles/tile_states.cuh>
#include <mixcon/gpu/weigh.cuh>

namespace mixcon::gpu {

/// How many columns of the output a block adds up in its registers.
template <class Operand, int D>
inline constexpr int columns_of_output = D * Operand::parts > 256 ? 64
                                         : D < 128                ? D
                                                                  : 128;

/// What the rows are whose gradient a pass adds up. Where anchors are the candidates and their gradients go to one
/// place, one pass adds what each row comes to as either.
enum class output_rows { anchors, candidates, both };

/// Where tile_weights adds. Null: not wanted.
struct tile_outputs {
  float* by_rows = nullptr;  // (rows, pitch): the gradient by packed rows, added to
  int width = 0, pitch = 0;
  double *by_scale = nullptr, *by_bias = nullptr;  // (rows): sums over each anchor's row, set
  float upstream = 1;
  const float* unit = nullptr;          // what weights are multiplied with before they are rounded; a power of two
  vector_view<float> candidate_bias{};  // (rows that are candidates): sums over their columns, added to
};

// one block: the power of two that brings the largest adjoint to between 16 and 32, so that weights of fp16 neither
// overflow nor become 0; or the unit that is there, if `joins` and it is smaller
template <class T>
__global__ void find_weight_unit(index_t count, const T* adjoint, float times, bool joins, float* unit) {
  const auto threads = static_cast<index_t>(blockDim.x);
  float top = 0;
  for (index_t k = static_cast<index_t>(threadIdx.x); k < count; k += threads) {
    const float size = (adjoint[k] < 0 ? -adjoint[k] : adjoint[k]) * times;
    if (size > top && size <= 3.0e38F) top = size;
  }
  top = merged_by_block(top, 0, [](float& a, const float& b) { a = b > a ? b : a; });
  if (threadIdx.x != 0) return;
  if (!(top >= 1e-30F)) top = 1e-30F;
  const auto exponent = __builtin_bit_cast(std::uint32_t, top) & 0x7F800000U;
  const float found = 16.0F / __builtin_bit_cast(float, exponent);
  if (!joins || found < *unit) *unit = found;
}

/// An anchor as its pairs' weights need it.
template <class Problem>
struct weighing_anchor {
  using readings = mixcon::detail::row_readings<typename Problem::statistics_type, fast_float>;
  static constexpr unsigned count = Problem::count > 0 ? Problem::count : 1;
  readings reading{};
  float adjoint[count] = {};
  bool used = false;

  __device__ __forceinline__ void load(const device_saved<Problem>& saved, index_t a) {
    used = saved.used[a] != 0;
    if (!used) return;
    const typename Problem::readings row = saved.reading[a];
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(reading) = get<at>(row).template spread<fast_float>();
    });
    for (int k = 0; k < Problem::count; ++k) adjoint[k] = saved.adjoint[a * Problem::count + k];
  }
};

/// Four numbers of a 16 x 16 block of weights in pairs, as the left side of a product; what rounding left is returned
/// in `rest`.
template <class Element>
__device__ __forceinline__ void round_weights(const float (&w)[2][4], std::uint32_t (&high)[4], float (&rest)[2][4]) {
#pragma unroll
  for (int q = 0; q < 4; ++q) {
    const float low_number = w[q / 2][q % 2 * 2], high_number = w[q / 2][q % 2 * 2 + 1];
    high[q] = packed_pair<Element>(low_number, high_number);
    const float kept[2] = {static_cast<float>(Element::from_bits(static_cast<std::uint16_t>(high[q] & 0xFFFFU))),
                           static_cast<float>(Element::from_bits(static_cast<std::uint16_t>(high[q] >> 16U)))};
    rest[q / 2][q % 2 * 2] = low_number - kept[0];
    rest[q / 2][q % 2 * 2 + 1] = high_number - kept[1];
  }
}

// grid: parts of the output's columns * blocks of 64 rows;  block: 4 warps, 16 rows each.  `rows` are the anchors
// and `others` the candidates, or the other way round, or both are both: each pair of rows then has two weights, which
// are added. Each output row has one owner, which adds weight times row over all of the other side, in tiles through a
// ring of 2
template <int D, output_rows Of, class Operand, class Problem>
__global__ void __launch_bounds__(128, 1)
    tile_weights(Problem p, operand_rows<Operand> rows, operand_rows<Operand> others, device_saved<Problem> saved,
                 tile_outputs to) {
  using sizes = tile_sizes<Operand, D, 2>;
  using Element = typename Operand::Element;
  using anchor = weighing_anchor<Problem>;
  constexpr bool as_anchors = Of != output_rows::candidates, as_candidates = Of != output_rows::anchors;
  constexpr int stages = sizes::stages, out_columns = columns_of_output<Operand, D>;
  static_assert(64 * sizes::pitch <= sizes::ring_entries);
  const shared_array<Element> ring(0, sizes::ring_entries);
  const int lane = lane_of_warp(), count = static_cast<int>(rows.count), columns = static_cast<int>(others.count);
  const int row_blocks = (count + 63) / 64, row0 = static_cast<int>(blockIdx.x) % row_blocks * 64;
  const int out_first = static_cast<int>(blockIdx.x) / row_blocks * out_columns;

  fetch_tile<sizes, 64>(ring, 0, rows, row0);
  copy_async_commit();
  copy_async_wait<0>();
  __syncthreads();
  left_rows<Operand, sizes> left[1];
  left[0].load(ring, warp_of_block() * 16);
  __syncthreads();  // the ring takes the place of the rows' tile

  const int tiles = sizes::tiles_of(others.count);
  const auto fetch = [&](int tile) {
    if (tile < tiles)
      fetch_tile<sizes, sizes::columns>(ring, tile % stages * sizes::tile_entries, others, tile * sizes::columns);
    copy_async_commit();
  };
  fetch(0);
  const auto row_of = [&](int h) { return row0 + warp_of_block() * 16 + lane / 4 + 8 * h; };
  anchor mine[2];
  float mark[2] = {}, scale_sum[2] = {}, bias_sum[2] = {};
  [[maybe_unused]] float column_sum[2] = {};
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    if (row_of(h) >= count) continue;
    mark[h] = rows.mark[row_of(h)];
    if constexpr (as_anchors) mine[h].load(saved, row_of(h));
  }
  const float unit = to.unit != nullptr ? *to.unit : 1.0F;
  float sum[static_cast<unsigned>(out_columns / 8)][4] = {};
  for (int tile = 0; tile < tiles; ++tile) {
    copy_async_wait<0>();
    __syncthreads();
    fetch(tile + 1);
    const int stage = tile % stages * sizes::tile_entries;
#pragma unroll 1
    for (int n = 0; n < sizes::columns; n += 16) {
      float product[1][2][4] = {};
      add_products<Operand, sizes, 1>(product, left, ring, stage, n);
      float(&w)[2][4] = product[0];
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int j = tile * sizes::columns + n + column_of_strip(e);
        const float other_mark = j < columns ? others.mark[j] : 0.0F;
        anchor other;
        if (as_candidates && j < columns) other.load(saved, j);
#pragma unroll
        for (int h = 0; h < 2; ++h) {
          float& x = w[e / 2][2 * h + e % 2];
          float by_product = 0;
          const auto weigh = [&](const anchor& of, int a, int c, auto is_anchor) {
            if (!of.used || row_of(h) >= count || j >= columns) return;
            const float dot = x + (mark[h] + other_mark);
            const auto pair = tile_pair(p, a, c, dot);
            const float by_logit = to.upstream * p.template logit_gradient<fast_float>(of.reading, of.adjoint, pair).x;
            const float factor = p.logits.template factor<fast_float>(a, c).x;
            by_product += by_logit * p.scale * factor;
            if constexpr (decltype(is_anchor)::value) {
              scale_sum[h] += Problem::slope_times(by_logit, Problem::scaled(dot, factor));
              bias_sum[h] += by_logit;
            } else {
              column_sum[h] += by_logit;
            }
          };
          if constexpr (as_anchors) weigh(mine[h], row_of(h), j, std::true_type{});
          if constexpr (as_candidates) weigh(other, j, row_of(h), std::false_type{});
          x = by_product * unit;
        }
      }
      if (to.by_rows == nullptr) continue;
      std::uint32_t high[4], low[4];
      float rest[2][4], lost[2][4];
      round_weights<Element>(w, high, rest);
      if constexpr (Operand::parts == 2) round_weights<Element>(rest, low, lost);
#pragma unroll
      for (int k = 0; k < out_columns / 16; ++k) {
        const int chunk = out_first / 8 + 2 * k + lane / 16;
        std::uint32_t right[4];
        load_matrix_x4<true>(right, ring.address(stage + tile_place<sizes>(n + lane % 16, chunk)));
        mma_16x8x16<Element>(sum[2 * k], high, right[0], right[1]);
        mma_16x8x16<Element>(sum[2 * k + 1], high, right[2], right[3]);
        if constexpr (Operand::parts == 2) {
          mma_16x8x16<Element>(sum[2 * k], low, right[0], right[1]);
          mma_16x8x16<Element>(sum[2 * k + 1], low, right[2], right[3]);
          load_matrix_x4<true>(right, ring.address(stage + tile_place<sizes>(n + lane % 16, D / 8 + chunk)));
          mma_16x8x16<Element>(sum[2 * k], high, right[0], right[1]);
          mma_16x8x16<Element>(sum[2 * k + 1], high, right[2], right[3]);
        }
      }
    }
  }
  if (to.by_rows != nullptr)
#pragma unroll
    for (int k = 0; k < out_columns / 8; ++k)
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int i = row_of(e / 2);
        const int column = out_first + k * 8 + 2 * (lane % 4) + e % 2;
        if (i < count && column < to.width) to.by_rows[static_cast<index_t>(i) * to.pitch + column] += sum[k][e] / unit;
      }
  if constexpr (as_anchors) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
#pragma unroll
      for (int step = 1; step < 4; step *= 2) {
        scale_sum[h] += shuffle_xor(scale_sum[h], step);
        bias_sum[h] += shuffle_xor(bias_sum[h], step);
      }
      if (out_first == 0 && lane % 4 == 0 && row_of(h) < count) {
        to.by_scale[row_of(h)] = static_cast<double>(scale_sum[h]);
        to.by_bias[row_of(h)] = static_cast<double>(bias_sum[h]);
      }
    }
  }
  if constexpr (as_candidates) {
    if (!to.candidate_bias) return;
#pragma unroll
    for (int h = 0; h < 2; ++h) {
#pragma unroll
      for (int step = 1; step < 4; step *= 2) column_sum[h] += shuffle_xor(column_sum[h], step);
      if (out_first == 0 && lane % 4 == 0 && row_of(h) < count) to.candidate_bias[row_of(h)] += column_sum[h];
    }
  }
}

}  // namespace mixcon::gpu
