// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernel that weighs pairs: d loss / d similarity of a chunk of anchors, and every gradient with an entry a pair.

#include <mixcon/gpu/pairs.cuh>

namespace mixcon::gpu {

/// What a pair adds to the gradient by one of its rows where similarities are products: other times the other row.
template <class T>
struct product_weight {
  T other;
  MIXCON_HD bool is_none() const { return other == T(0); }  // a hidden row may be NaN
  MIXCON_HD void add(T& to, T, T towards) const { to += other * towards; }
};
/// The same where the similarity depends on the rows' lengths too: and own times the row itself.
template <class T>
struct sloped_weight {
  T other, own;
  MIXCON_HD bool is_none() const { return other == T(0) && own == T(0); }
  MIXCON_HD void add(T& to, T self, T towards) const { to += other * towards + own * self; }
};
/// The same where it is a function of their distance: a multiple of their difference, never of the rows, which may be
/// long. Multiples that T does not hold are kept in the wide type.
template <class T>
struct distance_weight {
  using wide = mixcon::detail::wide_t<T>;
  wide force, distance, factor;
  MIXCON_HD bool is_none() const { return force == 0 || distance == 0; }
  MIXCON_HD void add(T& to, T self, T towards) const {
    constexpr bool narrow = sizeof(T) == sizeof(float);
    constexpr wide low = narrow ? wide(1e-24) : wide(1e-240), high = narrow ? wide(1e24) : wide(1e240);
    const wide size = factor < 0 ? -factor : factor;
    if (size > low && size < high && distance < high)
      to += static_cast<T>(factor) * (towards - self);
    else
      to += static_cast<T>(force * ((static_cast<wide>(towards) - static_cast<wide>(self)) / distance));
  }
};

template <class Problem, class T = typename Problem::T>
using weight_of = std::conditional_t<Problem::of_distance, distance_weight<T>,
                                     std::conditional_t<Problem::linear, product_weight<T>, sloped_weight<T>>>;

/// The weight of a pair with this slope of the loss by its similarity.
template <class Problem, class T = typename Problem::T>
__device__ weight_of<Problem> weight_from(const Problem& p, const measured_pair<T>& v, T by_similarity) {
  if constexpr (Problem::of_distance) {
    using wide = mixcon::detail::wide_t<T>;
    const wide by_distance = by_similarity == T(0) ? wide(0)
                                                   : static_cast<wide>(by_similarity) *
                                                         static_cast<wide>(p.similarity.slope_by_distance(v.distance));
    return {-by_distance, v.distance, by_distance == 0 || v.distance == 0 ? wide(0) : -by_distance / v.distance};
  } else if constexpr (Problem::linear) {
    return {by_similarity * v.slopes.other};
  } else {
    return {Problem::slope_times(by_similarity, v.slopes.other), Problem::slope_times(by_similarity, v.slopes.own)};
  }
}

/// Where a chunk of anchors leaves what its pairs come to. Null or empty: not wanted.
template <class Problem>
struct weighed_pairs {
  using T = typename Problem::T;
  index_t first = 0, number = 0;                                  // the anchors of the chunk
  double upstream = 1;                                            // multiplies every slope
  weight_of<Problem>* weight = nullptr;                           // (number, pairs)
  T* by_logit = nullptr;                                          // (number, pairs): d loss / d logit
  matrix_view<T> logits{}, pair_scale{}, pair_bias{}, targets{};  // (N, M): gradients, added to
  double *by_scale = nullptr, *by_bias = nullptr;                 // (N): sums over each anchor's row
};

/// The part of a row's gradients by scale and bias that one thread sees.
struct parameter_sums {
  double scale = 0, bias = 0;
  MIXCON_HD void merge(const parameter_sums& next) { scale += next.scale, bias += next.bias; }
};

/// Writes what one pair comes to, given the slope of the loss by its logit.
template <class Problem, class T = typename Problem::T>
__device__ void write_pair(const Problem& p, const weighed_pairs<Problem>& to, const device_saved<Problem>& saved,
                           index_t a, index_t c, const measured_pair<T>& v, T by_logit, parameter_sums& sums) {
  const index_t at = (a - to.first) * p.pairs() + c, shared = c - p.own_count;
  const T factor = shared < 0 ? T(1) : p.logits.template factor<T>(a, shared);
  const T by_similarity = by_logit * p.scale * factor;
  if (to.weight != nullptr) to.weight[at] = weight_from(p, v, by_similarity);
  if (to.by_logit != nullptr) to.by_logit[at] = by_logit;
  sums.scale += static_cast<double>(Problem::slope_times(by_logit, Problem::scaled(v.similarity, factor)));
  sums.bias += static_cast<double>(by_logit);
  if (shared < 0) return;
  if (to.logits) to.logits(a, shared) += by_similarity;
  if (to.pair_scale) to.pair_scale(a, shared) += Problem::slope_times(by_logit, p.scale * v.similarity);
  if (to.pair_bias) to.pair_bias(a, shared) += by_logit;
  if constexpr (Problem::scope != each::triplet)
    if (to.targets)
      to.targets(a, shared) +=
          static_cast<T>(to.upstream) *
          p.template target_gradient<T>(saved.reading[a], saved.adjoint + a * Problem::count, v.pair);
}
/// A pair that adds nothing to any gradient.
template <class Problem>
__device__ void write_nothing(const Problem& p, const weighed_pairs<Problem>& to, index_t a, index_t c) {
  const index_t at = (a - to.first) * p.pairs() + c;
  if (to.weight != nullptr) to.weight[at] = {};
  if (to.by_logit != nullptr) to.by_logit[at] = {};
}

/// What a warp does for anchor a of a chunk: lanes stride over its pairs, pair_of(c), and write what each comes to.
template <class Problem, class PairOf>
__device__ void weigh_pairs(const Problem& p, const device_saved<Problem>& saved, const weighed_pairs<Problem>& to,
                            index_t a, PairOf&& pair_of) {
  using T = typename Problem::T;
  const bool used = saved.used[a] != 0;
  parameter_sums sums;
  for (index_t c = lane_of_warp(); c < p.pairs(); c += warp_size) {
    if (!used) {
      write_nothing(p, to, a, c);
      continue;
    }
    const auto v = pair_of(c);
    T by_logit = p.template logit_gradient<T>(saved.reading[a], saved.adjoint + a * Problem::count, v.pair);
    if constexpr (Problem::scope == each::positive)
      if (saved.counts[a] && v.pair.positive) {
        const auto answer = formula_at(p, saved, a, c, v.pair.x);
        for (int n = 0; n < Problem::terms; ++n)
          by_logit += saved.share[a * Problem::terms + n] * answer.of[n].value.partial[0];
      }
    write_pair(p, to, saved, a, c, v, static_cast<T>(to.upstream) * by_logit, sums);
  }
  sums = merged_by_warp(sums, [](parameter_sums& one, const parameter_sums& next) { one.merge(next); });
  if (lane_of_warp() == 0 && to.by_scale != nullptr) to.by_scale[a] = sums.scale, to.by_bias[a] = sums.bias;
}

// a warp an anchor of the chunk
template <class Problem>
__global__ void weigh_rows(Problem p, device_saved<Problem> saved, weighed_pairs<Problem> to) {
  const index_t a = to.first + warp_of_grid();
  if (a < to.first + to.number) weigh_pairs(p, saved, to, a, [&](index_t c) { return pair_at(p, a, c); });
}

}  // namespace mixcon::gpu
