// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels that pull gradients: each row adds up, in the order of its pairs, what a chunk's weights say of it.

#include <mixcon/gpu/weigh.cuh>

namespace mixcon::gpu {

/// The weights of a chunk of anchors, and the rows of both sides.
template <class T, class Weight>
struct chunk_of_pairs {
  device_rows<T> anchors, candidates, own;
  index_t own_count = 0, first = 0, number = 0;
  const Weight* weight = nullptr;  // (number, own_count + M)

  MIXCON_HD index_t pairs() const { return own_count + candidates.count; }
};

// a warp an anchor of the chunk, a lane a column: adds what the first `count` of its pairs say of it
template <class T, class Weight>
__global__ void pull_anchors(chunk_of_pairs<T, Weight> chunk, index_t count, T* by_anchors) {
  const index_t r = warp_of_grid(), a = chunk.first + r;
  if (r >= chunk.number) return;
  const T* self = chunk.anchors.row(a);
  const Weight* weights = chunk.weight + r * chunk.pairs();
  for (index_t k = lane_of_warp(); k < chunk.anchors.pitch(); k += warp_size) {
    T sum = by_anchors[a * chunk.anchors.pitch() + k];
    for (index_t c = 0; c < count; ++c) {
      const Weight weight = weights[c];
      if (weight.is_none()) continue;
      const index_t shared = c - chunk.own_count;
      const T* other = shared < 0 ? chunk.own.row(a * chunk.own_count + c) : chunk.candidates.row(shared);
      weight.add(sum, self[k], other[k]);
    }
    by_anchors[a * chunk.anchors.pitch() + k] = sum;
  }
}

// a warp a shared candidate, a lane a column: adds what the chunk's anchors say of it
template <class T, class Weight>
__global__ void pull_candidates(chunk_of_pairs<T, Weight> chunk, T* by_candidates) {
  const index_t c = warp_of_grid();
  if (c >= chunk.candidates.count) return;
  const T* self = chunk.candidates.row(c);
  for (index_t k = lane_of_warp(); k < chunk.candidates.pitch(); k += warp_size) {
    T sum = by_candidates[c * chunk.candidates.pitch() + k];
    for (index_t r = 0; r < chunk.number; ++r) {
      const Weight weight = chunk.weight[r * chunk.pairs() + chunk.own_count + c];
      if (!weight.is_none()) weight.add(sum, self[k], chunk.anchors.row(chunk.first + r)[k]);
    }
    by_candidates[c * chunk.candidates.pitch() + k] = sum;
  }
}

// a warp an own candidate of the chunk's anchors, a lane a column: adds what its anchor says of it
template <class T, class Weight>
__global__ void pull_own(chunk_of_pairs<T, Weight> chunk, T* by_own) {
  const index_t i = warp_of_grid();
  if (i >= chunk.number * chunk.own_count) return;
  const index_t r = i / chunk.own_count, a = chunk.first + r, row = chunk.first * chunk.own_count + i;
  const Weight weight = chunk.weight[r * chunk.pairs() + i % chunk.own_count];
  if (weight.is_none()) return;
  for (index_t k = lane_of_warp(); k < chunk.own.pitch(); k += warp_size)
    weight.add(by_own[row * chunk.own.pitch() + k], chunk.own.row(row)[k], chunk.anchors.row(a)[k]);
}

// a thread a shared candidate: adds its column of d loss / d logit, in the order of the chunk's anchors
template <class T>
__global__ void pull_candidate_bias(const T* by_logit, index_t number, index_t own_count, vector_view<T> add_to) {
  const index_t c = thread_of_grid(), pairs = own_count + add_to.extent(0);
  if (c >= add_to.extent(0)) return;
  T sum = add_to[c];
  for (index_t r = 0; r < number; ++r) sum += by_logit[r * pairs + own_count + c];
  add_to[c] = sum;
}
// a thread an entry: adds numbers
template <class T>
__global__ void add_numbers(const double* numbers, vector_view<T> add_to) {
  const index_t c = thread_of_grid();
  if (c < add_to.extent(0)) add_to[c] += static_cast<T>(numbers[c]);
}

/// The gradients by an objective's parameters. Null: not wanted.
struct parameter_outputs {
  double *temperature = nullptr, *scale = nullptr, *bias = nullptr;
};
// one thread: adds the gradients by the parameters, given the sums over all rows
template <class Outputs>
__global__ void add_parameters(const double* by_scale, const double* by_bias, double temperature, double scale,
                               Outputs to) {
  if (thread_of_grid() != 0) return;
  if (to.scale != nullptr) *to.scale += *by_scale / temperature;
  if (to.temperature != nullptr) *to.temperature -= *by_scale * scale / (temperature * temperature);
  if (to.bias != nullptr) *to.bias += *by_bias;
}

}  // namespace mixcon::gpu
