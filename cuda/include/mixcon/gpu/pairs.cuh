// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One direction of a call as kernels see it: the house's rules of a pair, and rows in device memory; and its pairs.

#include <mixcon/gpu/rows.cuh>

#include <mixcon/engine/call/one_row.hpp>
#include <mixcon/engine/call/pair_rules.hpp>

namespace mixcon::gpu {

/// What a kernel is asked, as a plain value that a launch carries: `Rules` (a mixcon::detail::pair_rules whose views
/// lie in device memory), the rows they are about, and the objective's policies.
template <class Rules>
struct device_problem : Rules {
  using rules_type = Rules;
  using T = typename Rules::number;
  using Loss = typename Rules::loss_type;
  using state = typename Rules::template state<T>;
  using readings = typename Rules::readings;
  using answer =
      decltype(mixcon::detail::formula_of_row(std::declval<const Rules&>(), std::declval<const readings&>()));
  static constexpr int terms = mixcon::term_count<Loss>;
  static constexpr each scope = loss_traits<Loss>::scope;

  device_rows<T> anchors, candidates, own;  // own: (N * own_count)
  const char* skipped = nullptr;            // (N): 1 where the targets say that the row is no anchor; or none at all
  const double* weights = nullptr;          // (N), for reduction::weighted
  mixcon::detail::row_policy policy{};

  explicit device_problem(const Rules& rules) : Rules(rules) {}
  MIXCON_HD const Rules& rules() const { return *this; }
  /// How many pairs an anchor has; its own candidates come first.
  MIXCON_HD index_t pairs() const { return this->own_count + candidates.count; }
  MIXCON_HD bool skips(index_t a) const { return skipped != nullptr && skipped[a] != 0; }
  MIXCON_HD double weight_of(index_t a) const { return policy.reduce == reduction::weighted ? weights[a] : 1.0; }
};

/// A pair, as kernels come by it: the house's pair, its similarity, and what leads from there back to the rows.
template <class T>
struct measured_pair {
  logit_pair<T> pair;
  T similarity{};
  similarity_slopes<T> slopes{T(1), T(0)};
  mixcon::detail::wide_t<T> distance = 0;
};

/// The sum of term(k), in eight running sums, as the host adds.
template <class T, class Term>
__device__ T sum_by_eight(index_t count, Term&& term) {
  T sums[8] = {};
  index_t k = 0;
  for (; k + 8 <= count; k += 8)
    for (index_t j = 0; j < 8; ++j) sums[j] += term(k + j);
  for (int j = 0; k < count; ++k, ++j) sums[0] += term(k);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}
template <class T>
__device__ T dot_of(const T* a, const T* c, index_t width) {
  return sum_by_eight<T>(width, [=](index_t k) { return a[k] * c[k]; });
}
/// |a - c| from differences, over the whole range of T; NaN stays.
template <class T>
__device__ mixcon::detail::wide_t<T> distance_of(const T* a, const T* c, index_t width) {
  using wide = mixcon::detail::wide_t<T>;
  const auto apart = [=](index_t k) { return static_cast<wide>(a[k]) - static_cast<wide>(c[k]); };
  const wide direct = sum_by_eight<wide>(width, [=](index_t k) { return apart(k) * apart(k); });
  const bool has_room = sizeof(T) < sizeof(wide) || direct > wide(1e-200);
  if (has_room && direct < wide(1e200)) return mixcon::sqrt_of(direct);
  if (mixcon::is_nan(direct)) return direct;
  wide top = 0;
  for (index_t k = 0; k < width; ++k) {
    const wide size = apart(k) < 0 ? -apart(k) : apart(k);
    if (!(size <= top)) top = size;
  }
  if (top == 0 || top - top != 0) return top;
  return top * mixcon::sqrt_of(sum_by_eight<wide>(width, [=](index_t k) { return apart(k) / top * (apart(k) / top); }));
}

/// Pair number c of anchor a: its own candidates, then the shared ones.
template <class Problem, class T = typename Problem::T>
__device__ measured_pair<T> pair_at(const Problem& p, index_t a, index_t c) {
  measured_pair<T> found;
  const index_t shared = c - p.own_count;
  const bool is_own = shared < 0;
  if constexpr (Problem::is_given) {
    found.similarity = p.similarity.template at<T>(a, shared);
  } else {
    const T* anchor = p.anchors.row(a);
    const T* other = is_own ? p.own.row(a * p.own_count + c) : p.candidates.row(shared);
    const index_t width = p.anchors.width;
    if constexpr (Problem::of_distance) {
      found.distance = distance_of(anchor, other, width);
      found.similarity = static_cast<T>(p.similarity.of_distance(found.distance));
    } else {
      const T dot = dot_of(anchor, other, width);
      const T aa = Problem::linear ? T(0) : dot_of(anchor, anchor, width);
      const T cc = Problem::linear ? T(0) : dot_of(other, other, width);
      found.similarity = p.similarity.value(dot, aa, cc);
      found.slopes = p.similarity.slopes(dot, aa, cc);
    }
  }
  found.pair = is_own ? p.own_pair(a, c, found.similarity) : p.template shared_pair<T>(a, shared, found.similarity);
  return found;
}

/// What forward leaves of one direction for backward, in device memory.
template <class Problem>
struct device_saved {
  using T = typename Problem::T;
  typename Problem::readings* reading;  // (N)
  T* adjoint;                           // (N, count): d loss / d statistic; 0 for an anchor that does not count
  T* share;                             // (N, terms): d loss / d (a formula's value), for each positive or triplet
  char* counts;                         // (N): whether the formula is evaluated for this anchor
  char* used;                           // (N): whether the loss depends on the row
  double* scale_adjoint;                // d loss / d logit scale that the formula itself holds
};

/// The formula at a positive of anchor a, of that number among its pairs.
template <class Problem>
__device__ auto formula_at(const Problem& p, const device_saved<Problem>& saved, index_t a, index_t c,
                           typename Problem::T logit) {
  const typename Problem::readings* other = nullptr;
  if constexpr (loss_traits<typename Problem::Loss>::both_ends) other = saved.reading + c;
  return mixcon::detail::formula_at_positive(p.rules(), saved.reading[a], other, logit);
}

}  // namespace mixcon::gpu
