// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The forward kernel of the tier `tiles`: products on tensor cores, then the library's own words on every entry, roles
// from the rule, any statistic. It does what gather_rows does, and knows no loss and no targets either.

#include <mixcon/gpu/gather.cuh>
#include <mixcon/gpu/tiles/products.cuh>

namespace mixcon::gpu {

/// What a split of the columns comes to for a row.
template <class Problem>
struct tile_part {
  typename Problem::state state;
  int sees;  // as row_work::sees
};

/// Whether a problem's kernels may be tiles: of products of float rows, with a formula of each anchor or of the batch.
/// A formula of each positive or triplet visits pairs again, one by one.
template <class Problem>
inline constexpr bool fits_tiles =
    std::is_same_v<typename Problem::T, float> && Problem::linear && !Problem::is_given &&
    (Problem::scope == each::anchor || Problem::scope == each::batch);

/// Raises the shifts of a row's state to what four of its pairs take, once for all of them.
template <class State, class Statistics>
__device__ __forceinline__ void make_room_for(State& state, const Statistics& statistics,
                                              const logit_pair<fast_float> (&pair)[4]) {
  for_each_position<State::count>([&](auto k) {
    constexpr int at = decltype(k)::value;
    const auto& statistic = get<at>(statistics);
    auto& of = get<at>(state.of);
    if constexpr (requires { statistic.make_room(of, statistic.height(pair[0])); }) {
      fast_float top = statistic.height(pair[0]);
#pragma unroll
      for (int e = 1; e < 4; ++e) {
        const fast_float height = statistic.height(pair[e]);
        top = height > top ? height : top;
      }
      if (!(top <= of.shift)) statistic.make_room(of, top);
    }
  });
}

// grid: splits * blocks of 64 Blocks rows, one after another;  block: 4 warps, 16 Blocks rows each.  Columns pass in
// tiles through a ring of 3; a lane keeps a state for its own columns, the four lanes of a row meet once, in their
// order.  writes part (splits, rows)
template <int D, int Blocks, class Operand, class Problem>
__global__ void __launch_bounds__(128, 1)
    tile_states(Problem p, operand_rows<Operand> anchors, operand_rows<Operand> candidates, int tiles_per_split,
                tile_part<Problem>* part) {
  using sizes = tile_sizes<Operand, D, 3>;
  using fast_state = typename Problem::rules_type::template state<fast_float>;
  using state = typename Problem::state;
  static_assert(sizeof(fast_state) == sizeof(state));
  constexpr int stages = sizes::stages, block_rows = 64 * Blocks;
  constexpr auto blocks = static_cast<unsigned>(Blocks);
  static_assert(block_rows * sizes::pitch <= sizes::ring_entries);
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
  fast_state seen[blocks][2];
  float mark[blocks][2] = {};
  int sees[blocks][2] = {};
  const auto row_of = [&](int b, int h) { return row0 + (warp_of_block() * Blocks + b) * 16 + lane / 4 + 8 * h; };
#pragma unroll
  for (int b = 0; b < Blocks; ++b)
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      seen[b][h] = fast_state{};
      if (row_of(b, h) < rows) mark[b][h] = anchors.mark[row_of(b, h)];
    }
  for (int tile = first; tile < last; ++tile) {
    copy_async_wait<stages - 2>();
    __syncthreads();
    fetch(tile + stages - 1);
    const int stage = (tile - first) % stages * sizes::tile_entries;
#pragma unroll 1
    for (int n = 0; n < sizes::columns; n += 16) {
      float product[blocks][2][4] = {};
      add_products<Operand, sizes, Blocks>(product, left, ring, stage, n);
#pragma unroll
      for (int b = 0; b < Blocks; ++b)
#pragma unroll
        for (int h = 0; h < 2; ++h) {
          const int a = row_of(b, h);
          logit_pair<fast_float> pair[4] = {};
#pragma unroll
          for (int e = 0; e < 4; ++e) {
            const int c = tile * sizes::columns + n + column_of_strip(e);
            if (a < rows && c < columns)
              pair[e] = tile_pair(p, a, c, product[b][e / 2][2 * h + e % 2] + (mark[b][h] + candidates.mark[c]));
          }
          make_room_for(seen[b][h], p.statistics, pair);
#pragma unroll
          for (int e = 0; e < 4; ++e) {
            seen[b][h].observe(p.statistics, pair[e]);
            sees[b][h] |= pair[e].weight > fast_float(0) && !is_minus_infinity(pair[e].x) ? 1 : 0;
          }
        }
    }
  }
#pragma unroll
  for (int b = 0; b < Blocks; ++b)
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      tile_part<Problem> mine;
      std::memcpy(static_cast<void*>(&mine.state), &seen[b][h], sizeof(state));
      mine.sees = sees[b][h];
#pragma unroll
      for (int step = 1; step < 4; step *= 2) {
        tile_part<Problem> other = shuffle_xor(mine, step);
        other.sees |= mine.sees;
        if ((lane & step) != 0) {
          other.state.merge(p.statistics, mine.state);
          mine = other;
        } else {
          mine.state.merge(p.statistics, other.state);
          mine.sees = other.sees;
        }
      }
      if (lane % 4 == 0 && row_of(b, h) < rows) part[static_cast<index_t>(split) * rows + row_of(b, h)] = mine;
    }
}

// a thread a row: merges what the splits saw, in their order
template <class Problem>
__global__ void join_tiles(Problem p, int splits, const tile_part<Problem>* part, row_work<Problem> work) {
  const index_t a = thread_of_grid(), rows = p.anchors.count;
  if (a >= rows) return;
  tile_part<Problem> whole = part[a];
  for (int s = 1; s < splits; ++s) {
    whole.state.merge(p.statistics, part[s * rows + a].state);
    whole.sees |= part[s * rows + a].sees;
  }
  work.states[a] = whole.state, work.sees[a] = static_cast<char>(whole.sees);
}

}  // namespace mixcon::gpu
