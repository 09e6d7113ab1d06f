// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The backward kernels of the tier `moments`: weights from each anchor's factors and one exponential a sum, and their
// products with rows, on tensor cores.

#include <mixcon/gpu/moments/join_moments.cuh>
#include <mixcon/gpu/tiles/tile_weights.cuh>

namespace mixcon::gpu {

/// A pair's slope by its logit, as a pair of this anchor; a hidden one's is 0.
template <class Rule, int K>
__device__ __forceinline__ float exponential_of(const moment_lines<K>& lines, const moment_slopes<K>& of, int k,
                                                float x, float bias) {
  const float from = is_biased<Rule> ? __builtin_fmaf(bias, lines.by[k], -of.offset[k]) : -of.offset[k];
  return exp2_fast(__builtin_fmaf(x, lines.times[k], from));
}
template <class Rule, int K>
__device__ __forceinline__ float slope_of_negative(const moment_lines<K>& lines, const moment_slopes<K>& of, float x,
                                                   float bias) {
  float by_logit = 0;
#pragma unroll
  for (int k = 0; k < K; ++k) by_logit += of.negative[k] * exponential_of<Rule>(lines, of, k, x, bias);
  return by_logit;
}
template <class Rule, int K>
__device__ __forceinline__ float slope_of_pair(const moment_lines<K>& lines, const moment_slopes<K>& of, relation is,
                                               float x, float bias) {
  float by_logit = 0;
#pragma unroll
  for (int k = 0; k < K; ++k) {
    const float times = is == relation::negative ? of.negative[k] : is == relation::positive ? of.positive[k] : 0.0F;
    const float share = exponential_of<Rule>(lines, of, k, x, bias);
    by_logit += times == 0.0F ? 0.0F : times * share;
  }
  return by_logit;
}

/// One side of a pass: which rule its rows ask as anchors, and what is known of them; null where they are none.
template <int K, class Rule = described_rule>
struct weighing_side {
  Rule rule{};
  const moment_slopes<K>* slopes = nullptr;
};

/// Blocks that a multiprocessor shall have registers for.
template <class Operand, int D, output_rows Of, int K, class Rule>
inline constexpr int weighing_blocks_at_once =
    D * Operand::parts <= 128 && K == 1 && Of != output_rows::both && !is_biased<Rule> ? 3 : 2;

// grid: parts of the output's columns * blocks of 64 rows;  block: 4 warps, 16 rows each.  `rows` are anchors of which
// `others` are the candidates, or the other way round, or both at once: each pair of rows then has two weights, which
// are added. `mine` is of the rows and `theirs` of the others, as anchors. Each output row has one owner, which adds
// weight times row over all of the other side, in tiles through a ring of 2. Single positives, and what is linear over
// positives, are pull_positives'
template <int D, keep Keep, output_rows Of, int K, class Operand, class Rule = described_rule>
__global__ void __launch_bounds__(128, (weighing_blocks_at_once<Operand, D, Of, K, Rule>))
    moment_weights(moment_lines<K> lines, weighing_side<K, Rule> mine, weighing_side<K, Rule> theirs,
                   operand_rows<Operand> rows, operand_rows<Operand> others, const moment_limit* limit, float scale,
                   tile_outputs to) {
  using sizes = tile_sizes<Operand, D, 2>;
  using Element = typename Operand::Element;
  constexpr int stages = sizes::stages, out_columns = columns_of_output<Operand, D>;
  constexpr bool by_class = Keep == keep::by_class, leaves_one = Keep == keep::all_but_one;
  constexpr bool as_anchors = Of != output_rows::candidates, as_candidates = Of != output_rows::anchors;
  constexpr bool biased = is_biased<Rule>, mixed = is_mixed<Rule>;
  static_assert(64 * sizes::pitch <= sizes::ring_entries);
  const shared_array<Element> ring(0, sizes::ring_entries);
  const bool is_odd = limit->odd != 0, hides_some = biased && limit->hidden != 0;
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
  // where a row's tile needs tests: at the one candidate that is left out, or the anchor that leaves it out
  const bool always_tests =
      is_odd || by_class || hides_some || (leaves_one && as_candidates && (mixed || theirs.rule.anchor_key != nullptr));
  [[maybe_unused]] moment_slopes<K> of_row[2];
  [[maybe_unused]] int key[2] = {-1, -1}, turned_key[2] = {-1, -1};  // of the row as an anchor, and as a candidate
  [[maybe_unused]] int partner_key[2] = {-1, -1};
  float mark[2] = {}, scale_sum[2] = {}, bias_sum[2] = {};
  [[maybe_unused]] float bias[2] = {}, turned_bias[2] = {}, column_sum[2] = {};  // of the row as either
  moment_slopes<K> none{};
#pragma unroll
  for (int k = 0; k < K; ++k) none.offset[k] = -minus_infinity<float>();
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    of_row[h] = none;
    if (row_of(h) >= count) continue;
    if (is_odd) mark[h] = rows.mark[row_of(h)];
    if constexpr (as_anchors) {
      of_row[h] = mine.slopes[row_of(h)];
      if constexpr (leaves_one) key[h] = mine.rule.left_out(row_of(h));
      if constexpr (mixed) partner_key[h] = mine.rule.also_left_out(row_of(h));
      if constexpr (by_class) key[h] = mine.rule.key_of_anchor(row_of(h));
      if constexpr (biased) bias[h] = mine.rule.bias_of_anchor(row_of(h));
    }
    if constexpr (as_candidates) {
      const bool has_anchor = row_of(h) < theirs.rule.anchors && row_of(h) < theirs.rule.candidates;
      if constexpr (leaves_one) turned_key[h] = has_anchor ? row_of(h) : -1;
      if constexpr (by_class) turned_key[h] = theirs.rule.key_of_candidate(row_of(h));
      if constexpr (biased) turned_bias[h] = theirs.rule.bias_of_candidate(row_of(h));
    }
  }
  const float unit = (to.unit != nullptr ? *to.unit : 1.0F), times_unit = scale * unit;
  float sum[static_cast<unsigned>(out_columns / 8)][4] = {};

  const auto add_tile = [&](auto with_tests, int tile) {
    constexpr bool tests = decltype(with_tests)::value;
    const int stage = tile % stages * sizes::tile_entries;
#pragma unroll 1
    for (int n = 0; n < sizes::columns; n += 16) {
      float product[1][2][4] = {};
      add_products<Operand, sizes, 1>(product, left, ring, stage, n);
      float(&w)[2][4] = product[0];
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int j = tile * sizes::columns + n + column_of_strip(e);
        [[maybe_unused]] moment_slopes<K> of_other = none;
        if (as_candidates && (!tests || j < columns)) of_other = theirs.slopes[j];
        [[maybe_unused]] int other_key = -1, turned_other_key = -1;  // of column j as a candidate, and as an anchor
        [[maybe_unused]] int turned_partner_key = -1;
        [[maybe_unused]] float other_bias = 0, turned_other_bias = 0;
        if constexpr (biased)
          if (!tests || j < columns) {
            if constexpr (as_anchors) other_bias = mine.rule.bias_of_candidate(j);
            if constexpr (as_candidates) turned_other_bias = theirs.rule.bias_of_anchor(j);
          }
        float other_mark = 0;
        if constexpr (tests) {
          if (is_odd && j < columns) other_mark = others.mark[j];
          if (by_class && as_anchors && j < columns) other_key = mine.rule.key_of_candidate(j);
          if (by_class && as_candidates && j < columns) turned_other_key = theirs.rule.key_of_anchor(j);
          if (leaves_one && as_candidates && j < columns) turned_other_key = theirs.rule.left_out(j);
          if constexpr (mixed && as_candidates)
            if (j < columns) turned_partner_key = theirs.rule.also_left_out(j);
        }
#pragma unroll
        for (int h = 0; h < 2; ++h) {
          float& x = w[e / 2][2 * h + e % 2];
          float by_logit = 0, turned = 0;  // slopes of the row as an anchor, and as a candidate
          [[maybe_unused]] const float plus = bias[h] + other_bias, turned_plus = turned_bias[h] + turned_other_bias;
          if constexpr (!tests) {
            if constexpr (as_anchors) by_logit = slope_of_negative<Rule>(lines, of_row[h], x, plus);
            if constexpr (as_candidates) turned = slope_of_negative<Rule>(lines, of_other, x, turned_plus);
          } else {
            const int i = row_of(h);
            const bool is_there = j < columns && i < count;
            x += mark[h] + other_mark;
            if constexpr (as_anchors) {
              relation is = relation::negative;
              if constexpr (by_class) is = mine.rule.of(i, j, key[h], other_key);
              if constexpr (leaves_one) is = key[h] == j ? relation::hidden : relation::negative;
              if (mixed && partner_key[h] == j) is = relation::hidden;
              if (biased && is_minus_infinity(plus)) is = relation::hidden;
              by_logit = slope_of_pair<Rule>(lines, of_row[h], is_there ? is : relation::hidden, x, plus);
            }
            if constexpr (as_candidates) {
              relation is = relation::negative;
              if constexpr (by_class) is = theirs.rule.of(j, i, turned_other_key, turned_key[h]);
              if constexpr (leaves_one) is = turned_other_key == i ? relation::hidden : relation::negative;
              if (mixed && turned_partner_key == i) is = relation::hidden;
              if (biased && is_minus_infinity(turned_plus)) is = relation::hidden;
              turned = slope_of_pair<Rule>(lines, of_other, is_there ? is : relation::hidden, x, turned_plus);
            }
            if (by_logit == 0.0F) x = 0.0F;  // of a hidden pair it may be NaN
          }
          if constexpr (as_anchors) {
            scale_sum[h] += by_logit * x;
            bias_sum[h] += by_logit;
          }
          if constexpr (biased && as_candidates) column_sum[h] += turned;
          x = (as_anchors && as_candidates ? by_logit + turned : as_anchors ? by_logit : turned) * times_unit;
        }
      }
      if (to.by_rows == nullptr) continue;
      std::uint32_t high[4];
      [[maybe_unused]] std::uint32_t low[4];
      float rest[2][4];
      [[maybe_unused]] float lost[2][4];
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
  };
  for (int tile = 0; tile < tiles; ++tile) {
    copy_async_wait<0>();
    __syncthreads();
    fetch(tile + 1);
    const int begin = tile * sizes::columns, end = begin + sizes::columns;
    bool needs_tests = always_tests || end > columns;
    const auto is_in = [&](int one) { return begin <= one && one < end; };
    if constexpr (leaves_one)
      needs_tests = any_of_warp(is_in(key[0]) || is_in(key[1]) || is_in(turned_key[0]) || is_in(turned_key[1]) ||
                                (mixed && (is_in(partner_key[0]) || is_in(partner_key[1])))) ||
                    needs_tests;
    if (needs_tests)
      add_tile(std::true_type{}, tile);
    else if constexpr (!by_class)
      add_tile(std::false_type{}, tile);
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
  if constexpr (biased && as_candidates) {
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
