// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The search for the k most similar keys by plain threads: a warp an anchor, its list in registers.

#include <mixcon/gpu/negatives/device_list.cuh>
#include <mixcon/gpu/pairs.cuh>

namespace mixcon::gpu {

/// The most keys that a search on the device keeps of each anchor: two for each lane.
constexpr index_t longest_list = 2 * warp_size;

/// The k best of the keys shown so far, in the registers of a warp: lane l holds ranks l and l + 32. Every call is by
/// all lanes with the same arguments. Of equal scores the key shown first stands first.
template <class T>
class warp_list {
 public:
  __device__ explicit warp_list(int k) : k_(k) {}
  __device__ bool takes(T score) const { return size_ < k_ || score > worst_; }
  __device__ void insert(T score, std::int32_t key) {
    const int lane = lane_of_warp();
    const unsigned low = __ballot_sync(every_lane, lane < size_ && score_[0] >= score);
    const unsigned high = __ballot_sync(every_lane, lane + warp_size < size_ && score_[1] >= score);
    const int at = __popc(low) + __popc(high), before = (lane + warp_size - 1) % warp_size;
    const T score_before[2] = {shuffle(score_[0], before), shuffle(score_[1], before)};
    const std::int32_t key_before[2] = {shuffle(key_[0], before), shuffle(key_[1], before)};
#pragma unroll
    for (int half_of_list = 1; half_of_list >= 0; --half_of_list) {
      const int rank = lane + half_of_list * warp_size, from = lane == 0 ? 0 : half_of_list;
      if (rank == at) score_[half_of_list] = score, key_[half_of_list] = key;
      if (rank > at)
        score_[half_of_list] = from == 0 ? score_before[0] : score_before[1],
        key_[half_of_list] = from == 0 ? key_before[0] : key_before[1];
    }
    if (size_ < k_) ++size_;
    const T last[2] = {shuffle(score_[0], (k_ - 1) % warp_size), shuffle(score_[1], (k_ - 1) % warp_size)};
    worst_ = k_ <= warp_size ? last[0] : last[1];
  }
  __device__ int size() const { return size_; }
  /// Writes the list of an anchor, empty slots too.
  __device__ void write(const device_list<T>& to, index_t anchor) const {
#pragma unroll
    for (int half_of_list = 0; half_of_list < 2; ++half_of_list) {
      const int rank = lane_of_warp() + half_of_list * warp_size;
      if (rank >= k_) continue;
      const index_t slot = anchor * to.slots + rank;
      const bool filled = rank < size_;
      to.key[slot] = filled ? key_[half_of_list] : negative_list::none;
      to.weight[slot] = filled ? 1.0 : 0.0;
      to.score[slot] = filled ? score_[half_of_list] : T(0);
    }
  }

 private:
  T score_[2] = {}, worst_ = 0;
  std::int32_t key_[2] = {};
  int size_ = 0, k_;
};

/// What each anchor's search leaves for the outcome, (N).
struct search_work {
  std::int32_t* odd_key = nullptr;  // the first key with a NaN score, or -1
  std::int32_t* filled = nullptr;
};

/// The similarity of two packed rows, the product summed as `serial` does.
template <class T, class Similarity>
__device__ T score_of(const Similarity& similarity, const T* anchor, const T* key, index_t width) {
  if constexpr (mixcon::detail::is_of_distance<Similarity>) {
    return static_cast<T>(similarity.of_distance(distance_of(anchor, key, width)));
  } else {
    const auto dot = [=](const T* a, const T* b) {
      T sum = 0;
      for (index_t x = 0; x < width; ++x) sum += a[x] * b[x];
      return sum;
    };
    if constexpr (Similarity::linear) return similarity.value(dot(anchor, key), T(0), T(0));
    return similarity.value(dot(anchor, key), dot(anchor, anchor), dot(key, key));
  }
}

// a warp an anchor: 32 keys at a time, one a lane; those that enter do so one after another, in the order of keys
template <class T, class Similarity, class Rule>
__global__ void top_k_rows(device_rows<T> anchors, device_rows<T> keys, Similarity similarity, Rule rule, int k,
                           device_list<T> to, search_work work) {
  const index_t a = warp_of_grid();
  if (a >= anchors.count) return;
  warp_list<T> best(k);
  index_t odd = keys.count;
  for (index_t first = 0; first < keys.count; first += warp_size) {
    const index_t c = first + lane_of_warp();
    bool seen = false;
    T score = 0;
    if (c < keys.count && rule.template at<double>(a, c).weight > 0) {
      score = score_of(similarity, anchors.row(a), keys.row(c), anchors.width);
      seen = !mixcon::is_nan(score);
      if (!seen && c < odd) odd = c;
    }
    unsigned waiting = __ballot_sync(every_lane, seen && best.takes(score));
    while (waiting != 0) {
      const int lane = __ffs(static_cast<int>(waiting)) - 1;
      waiting &= waiting - 1;
      const T entering = shuffle(score, lane);
      if (best.takes(entering)) best.insert(entering, static_cast<std::int32_t>(first + lane));
    }
  }
  odd = merged_by_warp(odd, [](index_t& x, const index_t& y) { x = y < x ? y : x; });
  best.write(to, a);
  if (lane_of_warp() != 0) return;
  work.odd_key[a] = odd < keys.count ? static_cast<std::int32_t>(odd) : negative_list::none;
  work.filled[a] = best.size();
}

// one warp: the first anchors with something to refuse
template <class Outcome>
__global__ void end_search(index_t anchors, index_t k, search_work work, Outcome* result) {
  index_t odd = anchors, too_few = anchors;
  for (index_t a = lane_of_warp(); a < anchors; a += warp_size) {
    if (work.odd_key[a] >= 0 && a < odd) odd = a;
    if (work.filled[a] < k && a < too_few) too_few = a;
  }
  const auto smaller = [](index_t& x, const index_t& y) { x = y < x ? y : x; };
  odd = merged_by_warp(odd, smaller), too_few = merged_by_warp(too_few, smaller);
  if (lane_of_warp() != 0) return;
  Outcome found;
  if (odd < anchors) found.odd_anchor = odd, found.odd_key = work.odd_key[odd];
  if (too_few < anchors) found.short_anchor = too_few, found.short_filled = work.filled[too_few];
  *result = found;
}

}  // namespace mixcon::gpu
