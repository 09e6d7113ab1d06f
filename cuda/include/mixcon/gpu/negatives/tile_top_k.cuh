// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The search for the k most similar keys on tensor cores: products of tiles, and lists in shared memory.

#include <mixcon/gpu/negatives/top_k_rows.cuh>
#include <mixcon/gpu/tiles/products.cuh>

namespace mixcon::gpu {

/// The lists of a block's 64 anchors in shared memory, after the ring. An anchor's four lanes take turns.
class shared_lists {
 public:
  static constexpr int rows = 64;
  static constexpr int bytes(int k) { return rows * k * 8; }
  __device__ shared_lists(int first_byte, int k)
      : k_(k), score_(first_byte, rows * k), key_(first_byte + rows * k * 4, rows * k) {}

  /// By one lane: `size` entries are there; answers how many there are then. Of equal scores the first stays first.
  __device__ int insert(int row, int size, float score, int key) const {
    int at = size < k_ ? size : k_ - 1;
    for (; at > 0; --at) {
      const float above = score_.read(row * k_ + at - 1);
      if (above >= score) break;
      score_.write(row * k_ + at, above);
      key_.write(row * k_ + at, key_.read(row * k_ + at - 1));
    }
    score_.write(row * k_ + at, score);
    key_.write(row * k_ + at, key);
    return size < k_ ? size + 1 : k_;
  }
  __device__ float worst(int row) const { return score_.read(row * k_ + k_ - 1); }
  __device__ float score(int row, int rank) const { return score_.read(row * k_ + rank); }
  __device__ int key(int row, int rank) const { return key_.read(row * k_ + rank); }

 private:
  int k_;
  shared_array<float> score_;
  shared_array<int> key_;
};

/// The list of a split of the keys for an anchor, (splits, N, k), and (splits, N).
struct split_lists {
  float* score = nullptr;
  std::int32_t* key = nullptr;
  std::int32_t *filled = nullptr, *odd_key = nullptr;
};

// grid: splits * blocks of 64 anchors;  block: 4 warps, 16 anchors each.  Keys pass in tiles through a ring of 3; a
// strip of 16 keys in which nothing exceeds the k-th best costs one vote
template <int D, class Operand, class Similarity, class Rule>
__global__ void __launch_bounds__(128, 1)
    tile_top_k(operand_rows<Operand> anchors, operand_rows<Operand> keys, Similarity similarity, Rule rule, int k,
               int tiles_per_split, split_lists to) {
  using sizes = tile_sizes<Operand, D, 3>;
  constexpr int stages = sizes::stages, block_rows = shared_lists::rows, none = 0x7fffffff;
  const shared_array<typename Operand::Element> ring(0, sizes::ring_entries);
  const shared_lists lists(sizes::shared_bytes, k);
  const int lane = lane_of_warp(), rows = static_cast<int>(anchors.count), columns = static_cast<int>(keys.count);
  const int row_blocks = (rows + block_rows - 1) / block_rows, split = static_cast<int>(blockIdx.x) / row_blocks;
  const int row0 = static_cast<int>(blockIdx.x) % row_blocks * block_rows;

  fetch_tile<sizes, block_rows>(ring, 0, anchors, row0);
  copy_async_commit();
  copy_async_wait<0>();
  __syncthreads();
  left_rows<Operand, sizes> left[1];
  left[0].load(ring, warp_of_block() * 16);
  __syncthreads();  // the ring takes the place of the anchors' tile

  const int tiles = sizes::tiles_of(keys.count), first = split * tiles_per_split;
  const int last = first + tiles_per_split < tiles ? first + tiles_per_split : tiles;
  const auto fetch = [&](int tile) {
    if (tile < last)
      fetch_tile<sizes, sizes::columns>(ring, (tile - first) % stages * sizes::tile_entries, keys,
                                        tile * sizes::columns);
    copy_async_commit();
  };
#pragma unroll
  for (int s = 0; s < stages - 1; ++s) fetch(first + s);
  int size[2] = {}, odd[2] = {none, none};
  float worst[2] = {}, mark[2] = {};
  const auto local_row = [&](int h) { return warp_of_block() * 16 + lane / 4 + 8 * h; };
#pragma unroll
  for (int h = 0; h < 2; ++h)
    if (row0 + local_row(h) < rows) mark[h] = anchors.mark[row0 + local_row(h)];
  for (int tile = first; tile < last; ++tile) {
    copy_async_wait<stages - 2>();
    __syncthreads();
    fetch(tile + stages - 1);
    const int stage = (tile - first) % stages * sizes::tile_entries;
#pragma unroll 1
    for (int n = 0; n < sizes::columns; n += 16) {
      float product[1][2][4] = {};
      add_products<Operand, sizes, 1>(product, left, ring, stage, n);
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        const int a = row0 + local_row(h);
        unsigned waits = 0;  // a bit for each entry that may enter
        float score[4];
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          const int c = tile * sizes::columns + n + column_of_strip(e);
          score[e] = 0;
          if (a >= rows || c >= columns || !(rule.template at<double>(a, c).weight > 0)) continue;
          score[e] = similarity.value(product[0][e / 2][2 * h + e % 2] + (mark[h] + keys.mark[c]), 1.0F, 1.0F);
          if (mixcon::is_nan(score[e]))
            odd[h] = c < odd[h] ? c : odd[h];
          else if (size[h] < k || score[e] > worst[h])
            waits |= 1U << e;
        }
        while (__any_sync(every_lane, waits != 0)) {
          int column = none;  // the first that waits, of this lane, then of the anchor's four
          float entering = 0;
#pragma unroll
          for (int e = 3; e >= 0; --e)
            if ((waits >> e & 1U) != 0) column = column_of_strip(e), entering = score[e];
          const int mine = column;
          for (int step = 1; step < 4; step *= 2) {
            const int other = shuffle_xor(column, step);
            column = other < column ? other : column;
          }
          const bool enters = mine == column && mine != none;
          if (enters) size[h] = lists.insert(local_row(h), size[h], entering, tile * sizes::columns + n + mine);
          __syncwarp();
          const int grown = enters ? size[h] : 0;
          int most = grown > size[h] ? grown : size[h];
          for (int step = 1; step < 4; step *= 2) {
            const int other = shuffle_xor(most, step);
            most = other > most ? other : most;
          }
          size[h] = most;
          if (size[h] == k) worst[h] = lists.worst(local_row(h));
          __syncwarp();
#pragma unroll
          for (int e = 0; e < 4; ++e) {
            const bool entered = enters && column_of_strip(e) == mine;
            if (entered || (size[h] == k && !(score[e] > worst[h]))) waits &= ~(1U << e);
          }
        }
      }
    }
  }
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    for (int step = 1; step < 4; step *= 2) {
      const int other = shuffle_xor(odd[h], step);
      odd[h] = other < odd[h] ? other : odd[h];
    }
    const int a = row0 + local_row(h);
    if (a >= rows) continue;
    const index_t at = static_cast<index_t>(split) * rows + a;
    for (int rank = lane % 4; rank < size[h]; rank += 4) {
      to.score[at * k + rank] = lists.score(local_row(h), rank);
      to.key[at * k + rank] = lists.key(local_row(h), rank);
    }
    if (lane % 4 == 0) to.filled[at] = size[h], to.odd_key[at] = odd[h] == none ? negative_list::none : odd[h];
  }
}

// a warp an anchor: merges the lists of its splits, in their order
template <class T>
__global__ void join_top_k(index_t anchors, int k, int splits, split_lists from, device_list<T> to, search_work work) {
  const index_t a = warp_of_grid();
  if (a >= anchors) return;
  warp_list<T> best(k);
  std::int32_t odd = negative_list::none;
  for (int split = 0; split < splits; ++split) {
    const index_t at = split * anchors + a;
    for (int rank = 0; rank < from.filled[at]; ++rank) {
      const T score = from.score[at * k + rank];
      if (!best.takes(score)) break;
      best.insert(score, from.key[at * k + rank]);
    }
    if (odd < 0) odd = from.odd_key[at];
  }
  best.write(to, a);
  if (lane_of_warp() == 0) work.odd_key[a] = odd, work.filled[a] = best.size();
}

}  // namespace mixcon::gpu
