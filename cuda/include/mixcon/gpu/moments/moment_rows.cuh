// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The forward kernel of the tier `moments`: products on tensor cores, and at once sums of exponentials in base 2. It
// knows no loss: what a pair is, `described_rule` says, and f(x) of up to two statistics is a line in the similarity.

#include <mixcon/gpu/moments/moment_lines.cuh>
#include <mixcon/gpu/tiles/products.cuh>

namespace mixcon::gpu {

/// Rows of a block: two blocks of 16 for each warp where their registers allow it.
template <class Operand, int D>
inline constexpr int row_blocks_of_moments = D * Operand::parts <= 128 ? 2 : 1;

/// Blocks that a multiprocessor shall have registers for: of 128 a thread for one sum with a fixed shift and without
/// classes, mixtures or biases, of 255 for two sums, long operands or biases, else of 168.
template <int D, keep Keep, moment_shift Shift, class Operand, int K, class Rule>
inline constexpr int blocks_at_once =
    K == 2 || D * Operand::parts > 256 || is_biased<Rule>                                            ? 2
    : Keep != keep::by_class&& Shift == moment_shift::fixed&& Operand::parts == 1 && !is_mixed<Rule> ? 4
                                                                                                     : 3;

/// Four numbers of a strip's columns, read from one address: `beyond` where there is none, and of no array what
/// `otherwise` says of the column.
template <class T, class F>
__device__ __forceinline__ void read_columns(const T* array, int column0, const bool (&there)[4], T beyond,
                                             F&& otherwise, T (&to)[4]) {
  const int first = column0 + column_of_strip(0);
  const T* from = array != nullptr ? array + first : nullptr;
#pragma unroll
  for (int e = 0; e < 4; ++e) {
    const int step = e / 2 * 8 + e % 2;
    to[e] = !there[e] ? beyond : from != nullptr ? from[step] : otherwise(first + step);
  }
}

/// Launches of both shifts are enqueued, and one of them returns at once: which, only the device knows.
// grid: splits * blocks of rows, one after another;  block: 4 warps, 16 or 32 rows each.  Columns pass in tiles through
// a ring of 3. Most tiles take a body with few tests: those that are full, and in which no row has a hidden pair; with
// keep::all_but_one all pairs are negatives there, with keep::by_class they are so where keys differ.  writes part
// (splits, rows)
template <int D, keep Keep, moment_shift Shift, int K, class Operand, class Rule = described_rule>
__global__ void __launch_bounds__(128, (blocks_at_once<D, Keep, Shift, Operand, K, Rule>))
    moment_rows(moment_lines<K> lines, Rule rule, operand_rows<Operand> anchors, operand_rows<Operand> candidates,
                const moment_limit* limit, int tiles_per_split, moment_part<K>* part) {
  using sizes = tile_sizes<Operand, D, 3>;
  constexpr bool is_fixed = Shift == moment_shift::fixed, by_class = Keep == keep::by_class;
  constexpr bool biased = is_biased<Rule>, mixed = is_mixed<Rule>;
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
  [[maybe_unused]] int partner_key[blocks][2];
  [[maybe_unused]] float row_bias[blocks][2] = {};
  const int row_of_warp = row0 + warp_of_block() * Blocks * 16;
  const auto row_of = [&](int b, int h) { return row_of_warp + b * 16 + lane / 4 + 8 * h; };
#pragma unroll
  for (int b = 0; b < Blocks; ++b)
#pragma unroll
    for (int h = 0; h < 2; ++h) {
#pragma unroll
      for (int k = 0; k < K; ++k) shift[b][h][k] = is_fixed ? lines.size(k, known) : minus_infinity<float>();
      key[b][h] = partner_key[b][h] = -1;
      if (row_of(b, h) >= rows) continue;
      if constexpr (Keep == keep::all_but_one) key[b][h] = rule.left_out(row_of(b, h));
      if constexpr (mixed) partner_key[b][h] = rule.also_left_out(row_of(b, h));
      if constexpr (by_class) key[b][h] = rule.key_of_anchor(row_of(b, h));
      if constexpr (biased) row_bias[b][h] = rule.bias_of_anchor(row_of(b, h));
    }

  [[maybe_unused]] int first_key = columns, last_key = -1;  // of what the warp's rows leave out
  if constexpr (Keep == keep::all_but_one) {
#pragma unroll
    for (int b = 0; b < Blocks; ++b)
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        if (key[b][h] < 0) continue;
        first_key = key[b][h] < first_key ? key[b][h] : first_key;
        last_key = key[b][h] > last_key ? key[b][h] : last_key;
      }
#pragma unroll
    for (int bits = warp_size / 2; bits > 0; bits /= 2) {
      const int other_first = shuffle_xor(first_key, bits), other_last = shuffle_xor(last_key, bits);
      first_key = other_first < first_key ? other_first : first_key;
      last_key = other_last > last_key ? other_last : last_key;
    }
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
  // what `rule.of` says, in numbers that need one comparison per pair and no branch: rows below the first hide their
  // own number, and a row with a key sees negatives from the second on
  [[maybe_unused]] const int hidden_selves = !rule.hides_self                 ? 0
                                             : rule.anchors < rule.candidates ? rule.anchors
                                                                              : rule.candidates;
  [[maybe_unused]] const int first_far_of_keys = rule.candidates * static_cast<int>(rule.hides_others);
  /// Adds the exponentials of a strip's products to the sums of its tile.
  const auto add_strip = [&](auto with_tests, int column0) {
    constexpr bool tests = decltype(with_tests)::value;
    bool there[4];
    [[maybe_unused]] bool keyed[4];
    [[maybe_unused]] int other_key[4], far_number[4];
    [[maybe_unused]] float mark[4] = {}, bias[4] = {};
#pragma unroll
    for (int e = 0; e < 4; ++e) {
      const int c = column0 + column_of_strip(e);
      there[e] = !tests || c < columns;
      if constexpr (by_class) keyed[e] = c < rule.candidates;
      if constexpr (by_class) far_number[e] = there[e] ? c : -1;
      if (tests && !is_fixed && is_odd && there[e]) mark[e] = candidates.mark[c];
    }
    if constexpr (by_class)
      read_columns(
          rule.candidate_key, column0, keyed, -3, [](int c) { return c; }, other_key);
    if constexpr (biased)
      read_columns(
          rule.candidate_bias, column0, there, 0.0F, [](int) { return 0.0F; }, bias);
#pragma unroll
    for (int b = 0; b < Blocks; ++b)
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        [[maybe_unused]] const int a = row_of(b, h);
        [[maybe_unused]] const int own_number = a < hidden_selves ? a : -1;
        [[maybe_unused]] const int first_far = a < rule.anchors ? first_far_of_keys : 0;
        float s[4];
        bool seen[4], is_near[4];
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          s[e] = product[b][e / 2][2 * h + e % 2];
          seen[e] = there[e], is_near[e] = by_class && key[b][h] == other_key[e];
          if constexpr (tests) {
            const int c = column0 + column_of_strip(e);
            if (!is_fixed && is_odd) s[e] += mark[e] + (a < rows ? anchors.mark[a] : 0.0F);
            if constexpr (Keep == keep::all_but_one) seen[e] = seen[e] & (c != key[b][h]);
            if constexpr (mixed) seen[e] = seen[e] & (c != partner_key[b][h]);
            if constexpr (by_class) seen[e] = (is_near[e] | (far_number[e] >= first_far)) & (c != own_number);
            if constexpr (biased) seen[e] = seen[e] & !is_minus_infinity(row_bias[b][h] + bias[e]);
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
              top = __builtin_fmaxf(top, seen[e] ? height : minus_infinity<float>());
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
            const float height = __builtin_fmaf(s[e], lines.times[k], raised(e, -shift[b][h][k]));
            const float share = exp2_fast(seen[e] ? height : minus_infinity<float>());
            if (by_class && is_near[e])
              near_here[b][h][k] += share;
            else
              far_here[b][h][k] += share;
          }
        }
      }
  };
  const auto add_tile = [&](auto with_tests, int begin, int stage) {
    [[maybe_unused]] constexpr int at_once =
        decltype(with_tests)::value ? 1 : 2 / Blocks;  // more would need too many registers
#pragma unroll at_once
    for (int n = 0; n < sizes::columns; n += 16) {
      clear(product);
      add_products<Operand, sizes, Blocks>(product, left, ring, stage, n);
      add_strip(with_tests, begin + n);
    }
  };
  for (int tile = first; tile < last; ++tile) {
    copy_async_wait<stages - 2>();
    __syncthreads();
    fetch(tile + stages - 1);
    const int begin = tile * sizes::columns, end = begin + sizes::columns;
    bool needs_tests = is_odd || end > columns || (biased && known.hidden != 0);
    if constexpr (by_class)
      needs_tests = needs_tests || rule.hides_others ||
                    (rule.hides_self && begin < row_of_warp + 16 * Blocks && row_of_warp < end);
    if constexpr (Keep == keep::all_but_one)
      if (mixed || (begin <= last_key && first_key < end)) {
        bool mine = false;
#pragma unroll
        for (int b = 0; b < Blocks; ++b)
#pragma unroll
          for (int h = 0; h < 2; ++h) {
            mine = mine || (begin <= key[b][h] && key[b][h] < end);
            if constexpr (mixed) mine = mine || (begin <= partner_key[b][h] && partner_key[b][h] < end);
          }
        needs_tests = any_of_warp(mine) || needs_tests;
      }
    const int stage = (tile - first) % stages * sizes::tile_entries;
    clear(far_here), clear(near_here);
    if (needs_tests)
      add_tile(std::true_type{}, begin, stage);
    else
      add_tile(std::false_type{}, begin, stage);
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
