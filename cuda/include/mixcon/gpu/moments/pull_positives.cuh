// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The backward kernels of the tier `moments` outside of the tiles: what positives pull, and an anchor's own candidates,
// row by row.

#include <mixcon/gpu/moments/join_moments.cuh>
#include <mixcon/gpu/weigh.cuh>

namespace mixcon::gpu {

// a warp an anchor: adds what its positives pull to its gradient and to the sums of its row
template <class Problem, class Rule>
__global__ void pull_positives(Problem p, Rule rule, key_groups of_candidates, const float* sums,
                               const moment_slopes<sums_of_problem<Problem>>* slopes, float* by_anchors,
                               double* by_scale, double* by_bias) {
  const index_t a = warp_of_grid(), pitch = p.anchors.pitch();
  if (a >= p.anchors.count || slopes[a].pull == 0.0F) return;
  const seen_positives seen = see_positives(p, rule, of_candidates, sums, a);
  const float pull = slopes[a].pull * p.scale;
  const int own = static_cast<int>(a);
  const positive_rows are(of_candidates, own, rule.key_of_anchor(own), rule.candidates, rule.hides_self);
  if (by_anchors != nullptr)
    visit_positive_rows(
        are, of_candidates, p.candidates, sums, [](int) { return 1.0F; },
        [&](const float* row, float times) {
          for (index_t k = lane_of_warp(); k < p.anchors.width; k += warp_size)
            by_anchors[a * pitch + k] += pull * times * row[k];
        });
  if (lane_of_warp() != 0) return;
  by_scale[a] += static_cast<double>(slopes[a].pull) * seen.dots;
  by_bias[a] += static_cast<double>(slopes[a].pull) * static_cast<double>(seen.number);
}

// a warp a candidate: adds what the anchors whose positive it is pull to its gradient.  sums: of the anchors' rows by
// class, each times its `pull`
template <class Problem>
__global__ void pull_as_positive(Problem p, described_rule rule, key_groups of_anchors, const float* sums,
                                 const moment_slopes<sums_of_problem<Problem>>* slopes, float* by_candidates) {
  const index_t c = warp_of_grid(), pitch = p.candidates.pitch();
  if (c >= p.candidates.count) return;
  const int own = static_cast<int>(c);
  const positive_rows are(of_anchors, own, rule.key_of_candidate(own), rule.anchors, rule.hides_self);
  visit_positive_rows(
      are, of_anchors, p.anchors, sums, [&](int row) { return slopes[row].pull; },
      [&](const float* row, float times) {
        if (times == 0.0F) return;
        for (index_t k = lane_of_warp(); k < p.anchors.width; k += warp_size)
          by_candidates[c * pitch + k] += p.scale * times * row[k];
      });
}

// a thread a candidate: adds what the anchors whose positive it is pull to the gradient by its bias.  pulls: of the
// anchors by class
template <int K>
__global__ void pull_biases(described_rule rule, key_groups of_anchors, const number_sum* pulls,
                            const moment_slopes<K>* slopes, vector_view<float> candidate_bias) {
  const index_t c = thread_of_grid();
  if (c >= candidate_bias.extent(0)) return;
  const int own = static_cast<int>(c);
  const positive_rows are(of_anchors, own, rule.key_of_candidate(own), rule.anchors, rule.hides_self);
  constexpr int stride = static_cast<int>(sizeof(moment_slopes<K>) / sizeof(float));
  candidate_bias[c] += static_cast<float>(sum_of_positives(are, of_anchors, &slopes->pull, stride, pulls).sum);
}

// a warp an anchor: adds what its own candidates come to, pair by pair, to all gradients
template <class Problem>
__global__ void pull_own_pairs(Problem p, device_saved<Problem> saved, float upstream, float* by_anchors, float* by_own,
                               double* by_scale, double* by_bias) {
  const index_t a = warp_of_grid(), pitch = p.anchors.pitch();
  if (a >= p.anchors.count || saved.used[a] == 0) return;
  parameter_sums sums;
  for (index_t j = 0; j < p.own_count; ++j) {
    const index_t own = a * p.own_count + j;
    const auto v = pair_at(p, a, j);
    const float by_logit =
        upstream * p.template logit_gradient<float>(saved.reading[a], saved.adjoint + a * Problem::count, v.pair);
    if (by_logit == 0.0F) continue;
    sums.scale += static_cast<double>(by_logit) * static_cast<double>(v.similarity);
    sums.bias += static_cast<double>(by_logit);
    for (index_t k = lane_of_warp(); k < p.anchors.width; k += warp_size) {
      if (by_anchors != nullptr) by_anchors[a * pitch + k] += by_logit * p.scale * p.own.row(own)[k];
      if (by_own != nullptr) by_own[own * pitch + k] += by_logit * p.scale * p.anchors.row(a)[k];
    }
  }
  if (lane_of_warp() == 0) by_scale[a] += sums.scale, by_bias[a] += sums.bias;
}

}  // namespace mixcon::gpu
