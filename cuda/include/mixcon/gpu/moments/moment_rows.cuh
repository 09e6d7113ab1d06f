// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The forward kernel of the tier `moments`: products on tensor cores, and at once sums of exponentials in base 2. It
// knows no loss: what a pair is, `described_rule` says, and f(x) of up to two statistics is a line in the similarity.

#include <mixcon/gpu/moments/biases.cuh>
#include <mixcon/gpu/tiles/products.cuh>

namespace mixcon::gpu {

/// f(x) log2(e) = similarity * times + bias * by + plus, for each sum of exponentials.
template <int K>
struct moment_lines {
  float times[static_cast<unsigned>(K)]{}, plus[static_cast<unsigned>(K)]{}, by[static_cast<unsigned>(K)]{};

  /// How large f(x) log2(e) can be, without `plus`.
  MIXCON_HD float size(int k, const moment_limit& limit) const {
    const float of_bias = (by[k] < 0.0F ? -by[k] : by[k]) * limit.bias;
    return (times[k] < 0.0F ? -times[k] : times[k]) * limit.bound + of_bias;
  }
};
/// Which shift a sum's exponentials have.
enum class moment_shift {
  fixed,    // what `bound` allows: no maximum is kept
  running,  // the largest so far, kept by each lane
};
/// Whether a fixed shift loses nothing: the smallest exponential that can be is above 2^-120.
template <int K>
MIXCON_HD bool allows_fixed_shift(const moment_lines<K>& lines, const moment_limit& limit) {
  bool fits = limit.odd == 0;
  for (int k = 0; k < K; ++k) {
    fits = fits && lines.size(k, limit) <= 60.0F;
  }
  return fits;
}

/// What a split of the columns comes to for a row: sums in units of 2^shift, which is without `plus`.
template <int K>
struct moment_part {
  float shift[static_cast<unsigned>(K)], negative[static_cast<unsigned>(K)], positive[static_cast<unsigned>(K)];
};
/// Adds `other` to `to`, whichever shift is larger. Exchanging them leaves the bits as they are.
template <int K>
__device__ __forceinline__ void add_moments(moment_part<K>& to, const moment_part<K>& other) {
#pragma unroll
  for (int k = 0; k < K; ++k) {
    const float top = to.shift[k] > other.shift[k] ? to.shift[k] : other.shift[k];
    const float mine = to.shift[k] == top ? 1.0F : exp2_fast(to.shift[k] - top);
    const float its = other.shift[k] == top ? 1.0F : exp2_fast(other.shift[k] - top);
    to.negative[k] = to.negative[k] * mine + other.negative[k] * its;
    to.positive[k] = to.positive[k] * mine + other.positive[k] * its;
    to.shift[k] = top;
  }
}

/// Rows of a block: two blocks of 16 for each warp where their registers allow it.
template <class Operand, int D>
inline constexpr int row_blocks_of_moments = D * Operand::parts <= 128 ? 2 : 1;

/// Blocks that a multiprocessor shall have registers for: of 128 a thread for one sum with a fixed shift and without
/// classes or biases, of 255 for two sums, long operands or biases, else of 168.
template <int D, keep Keep, moment_shift Shift, class Operand, int K, class Rule>
inline constexpr int blocks_at_once = K == 2 || D * Operand::parts > 256 || is_biased<Rule>                         ? 2
                                      : Keep != keep::by_class&& Shift == moment_shift::fixed&& Operand::parts == 1 ? 4
                                                                                                                    : 3;

/// Launches of both shifts are enqueued, and one of them returns at once: which, only the device knows.
// grid: splits * blocks of rows, one after another;  block: 4 warps, 16 or 32 rows each.  Columns pass in tiles through
// a ring of 3. Tiles that are full, and in which each row's pairs are all negatives, take a body without tests.  writes
// part (splits, rows)
template <int D, keep Keep, moment_shift Shift, int K, class Operand, class Rule = described_rule>
__global__ void __launch_bounds__(128, (blocks_at_once<D, Keep, Shift, Operand, K, Rule>))
    moment_rows(moment_lines<K> lines, Rule rule, operand_rows<Operand> anchors, operand_rows<Operand> candidates,
                const moment_limit* limit, int tiles_per_split, moment_part<K>* part) {
  using sizes = tile_sizes<Operand, D, 3>;
  constexpr bool is_fixed = Shift == moment_shift::fixed, by_class = Keep == keep::by_class;
  constexpr bool biased = is_biased<Rule>;
  constexpr int stages = sizes::stages, Blocks = row_blocks_of_moments<Operand, D>, block_rows = 64 * Blocks;
  constexpr auto blocks = static_cast<unsigned>(Blocks), sums = static_cast<unsigned>(K);
  static_assert(block_rows * sizes::pitch <= sizes::ring_entries);
  const moment_limit known = *limit;
  if (allows_fixed_shift(lines, known) != is_fixed) return;
  const bool is_odd = known.odd != 0;
  const shared_array<typename Operand::Element> ring(0, sizes::ring_entries);
  const int lane = lane_of_warp(), rows = static_cast<int>(anchors.count), columns = static_cast<int>(candidates.count);
  const int row_blocks = (rows + block_rows - 1) / block_rows, split = static_cast<int>(blockIdx.x) / row_blocks;
  const int row0 = static_cast<int>(blockIdx.x) % row_blocks * block_rows;

  fetch_tile<sizes, block_rows>(ring, 0, anchors, row0);
  copy_async_commit();
  copy_async_wait<0>();
  __syncthreads();
  left_rows<Operand, sizes> left[blocks];
#pragma unroll
  for (int b = 0; b < Blocks; ++b) left[b].load(ring, (warp_of_block() * Blocks + b) * 16);
  __syncthreads();  // the ring takes the place of the anchors' tile

  const int tiles = sizes::tiles_of(candidates.count), first = split * tiles_per_split;
  const int last = first + tiles_per_split < tiles ? first + tiles_per_split : tiles;
  const auto fetch = [&](int tile) {
    if (tile < last)
      fetch_tile<sizes, sizes::columns>(ring, (tile - first) % stages * sizes::tile_entries, candidates,
                                        tile * sizes::columns);
    copy_async_commit();
  };
#pragma unroll
  for (int s = 0; s < stages - 1; ++s) fetch(first + s);

  float shift[blocks][2][sums], negative[blocks][2][sums] = {}, positive[blocks][2][sums] = {};
  int key[blocks][2];  // of keep::all_but_one: the candidate that is left out
  [[maybe_unused]] float row_bias[blocks][2] = {};
  const auto row_of = [&](int b, int h) { return row0 + (warp_of_block() * Blocks + b) * 16 + lane / 4 + 8 * h; };
#pragma unroll
  for (int b = 0; b < Blocks; ++b)
#pragma unroll
    for (int h = 0; h < 2; ++h) {
#pragma unroll
      for (int k = 0; k < K; ++k) shift[b][h][k] = is_fixed ? lines.size(k, known) : minus_infinity<float>();
      key[b][h] = -1;
      if (row_of(b, h) >= rows) continue;
      if constexpr (Keep == keep::all_but_one) key[b][h] = rule.left_out(row_of(b, h));
      if constexpr (by_class) key[b][h] = rule.key_of_anchor(row_of(b, h));
      if constexpr (biased) row_bias[b][h] = rule.bias_of_anchor(row_of(b, h));
    }

  // a tile's sums are formed apart from those before: long sums lose few digits
  float product[blocks][2][4], far_here[blocks][2][sums], near_here[blocks][2][sums];
  const auto clear = [](auto& numbers) {
#pragma unroll
    for (int b = 0; b < Blocks; ++b)
#pragma unroll
      for (auto& row : numbers[b])
#pragma unroll
        for (float& x : row) x = 0;
  };
  /// Adds the exponentials of a strip's products to the sums of its tile.
  const auto add_strip = [&](auto with_tests, int column0) {
    constexpr bool tests = decltype(with_tests)::value;
    [[maybe_unused]] int other_key[4] = {};
    [[maybe_unused]] float mark[4] = {}, bias[4] = {};
    if constexpr (biased)
#pragma unroll
      for (int e = 0; e < 4; ++e)
        if (!tests || column0 + column_of_strip(e) < columns)
          bias[e] = rule.bias_of_candidate(column0 + column_of_strip(e));
    if constexpr (tests) {
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int c = column0 + column_of_strip(e);
        if (by_class && c < columns) other_key[e] = rule.key_of_candidate(c);
        if (!is_fixed && is_odd && c < columns) mark[e] = candidates.mark[c];
      }
    }
#pragma unroll
    for (int b = 0; b < Blocks; ++b)
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        [[maybe_unused]] const int a = row_of(b, h);
        float s[4];
        [[maybe_unused]] relation is[4] = {};
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          s[e] = product[b][e / 2][2 * h + e % 2];
          if constexpr (tests) {
            const int c = column0 + column_of_strip(e);
            if (!is_fixed && is_odd) s[e] += mark[e] + (a < rows ? anchors.mark[a] : 0.0F);
            if constexpr (by_class) is[e] = rule.of(a, c, key[b][h], other_key[e]);
            if constexpr (Keep == keep::all_but_one) is[e] = c == key[b][h] ? relation::hidden : relation::negative;
            if (c >= columns) is[e] = relation::hidden;
            if (biased && is_minus_infinity(row_bias[b][h] + bias[e])) is[e] = relation::hidden;
          }
        }
#pragma unroll
        for (int k = 0; k < K; ++k) {
          const auto raised = [&](int e, float from) {
            return biased ? __builtin_fmaf(row_bias[b][h] + bias[e], lines.by[k], from) : from;
          };
          if constexpr (!is_fixed) {
            float top = minus_infinity<float>();
#pragma unroll
            for (int e = 0; e < 4; ++e) {
              const float height = raised(e, s[e] * lines.times[k]);
              if ((!tests || is[e] != relation::hidden) && height > top) top = height;
            }
            if (top > shift[b][h][k]) {
              const float shrink = exp2_fast(shift[b][h][k] - top);
              negative[b][h][k] *= shrink, far_here[b][h][k] *= shrink;
              if constexpr (by_class) positive[b][h][k] *= shrink, near_here[b][h][k] *= shrink;
              shift[b][h][k] = top;
            }
          }
#pragma unroll
          for (int e = 0; e < 4; ++e) {
            const float share = exp2_fast(__builtin_fmaf(s[e], lines.times[k], raised(e, -shift[b][h][k])));
            if constexpr (!tests) {
              far_here[b][h][k] += share;
            } else {
              far_here[b][h][k] += is[e] == relation::negative ? share : 0.0F;
              if constexpr (by_class) near_here[b][h][k] += is[e] == relation::positive ? share : 0.0F;
            }
          }
        }
      }
  };
  for (int tile = first; tile < last; ++tile) {
    copy_async_wait<stages - 2>();
    __syncthreads();
    fetch(tile + stages - 1);
    const int begin = tile * sizes::columns, end = begin + sizes::columns;
    bool needs_tests = is_odd || by_class || end > columns || (biased && known.hidden != 0);
    if constexpr (Keep == keep::all_but_one) {
      bool mine = false;
#pragma unroll
      for (int b = 0; b < Blocks; ++b)
#pragma unroll
        for (int h = 0; h < 2; ++h) mine = mine || (begin <= key[b][h] && key[b][h] < end);
      needs_tests = any_of_warp(mine) || needs_tests;
    }
    const int stage = (tile - first) % stages * sizes::tile_entries;
    clear(far_here), clear(near_here);
#pragma unroll 1
    for (int n = 0; n < sizes::columns; n += 16) {
      clear(product);
      add_products<Operand, sizes, Blocks>(product, left, ring, stage, n);
      if (by_class || needs_tests)
        add_strip(std::true_type{}, begin + n);
      else
        add_strip(std::false_type{}, begin + n);
    }
#pragma unroll
    for (int b = 0; b < Blocks; ++b)
#pragma unroll
      for (int h = 0; h < 2; ++h)
#pragma unroll
        for (int k = 0; k < K; ++k) {
          negative[b][h][k] += far_here[b][h][k];
          if constexpr (by_class) positive[b][h][k] += near_here[b][h][k];
        }
  }
#pragma unroll
  for (int b = 0; b < Blocks; ++b)
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      moment_part<K> mine;
#pragma unroll
      for (int k = 0; k < K; ++k)
        mine.shift[k] = shift[b][h][k], mine.negative[k] = negative[b][h][k], mine.positive[k] = positive[b][h][k];
#pragma unroll
      for (int step = 1; step < 4; step *= 2) add_moments(mine, shuffle_xor(mine, step));
      if (lane % 4 == 0 && row_of(b, h) < rows) part[static_cast<index_t>(split) * rows + row_of(b, h)] = mine;
    }
}

}  // namespace mixcon::gpu
