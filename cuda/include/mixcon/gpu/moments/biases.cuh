// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Logits with a bias of their own for each candidate, as moments take them: a bias for each row of one side, and sums
// of them by class. Those of -infinity, whose pairs are hidden from the tiles, are counted apart.

#include <mixcon/gpu/moments/shared_words.cuh>
#include <mixcon/gpu/warp.cuh>

#include <mixcon/contrast/logits.hpp>
#include <mixcon/engine/call/evaluation.hpp>

namespace mixcon::gpu {

/// What is known of a call's similarities and biases before pairs are computed, in device memory.
struct moment_limit {
  float bound;  // no similarity is larger than this
  int odd;      // a row has an entry that is no finite number
  float bias;   // no finite bias is larger than this, nor smaller than its negative
  int hidden;   // how many biases are -infinity
};
/// The sum of numbers that are not -infinity, and how many are.
struct number_sum {
  double sum = 0;
  int hidden = 0;
  MIXCON_HD void add(float number, int times = 1) {
    if (is_minus_infinity(number))
      hidden += times;
    else
      sum += times * static_cast<double>(number);
  }
};

/// A rule by keys whose pairs have biases, by candidate; seen from the columns, by anchor. Null: none.
struct biased_rule : described_rule {
  const float *anchor_bias = nullptr, *candidate_bias = nullptr;
  const number_sum* by_key = nullptr;  // of the candidates' biases, of keys with more than a few rows
  const moment_limit* known = nullptr;

  MIXCON_HD float bias_of_anchor(int a) const { return anchor_bias != nullptr ? anchor_bias[a] : 0.0F; }
  MIXCON_HD float bias_of_candidate(int c) const { return candidate_bias != nullptr ? candidate_bias[c] : 0.0F; }
  MIXCON_HD biased_rule transposed() const {
    return {described_rule::transposed(), candidate_bias, anchor_bias, nullptr, known};
  }
};
template <class Rule>
inline constexpr bool is_biased = std::is_same_v<Rule, biased_rule>;

/// Which logits moments take, and what kernels are given of them.
template <class Logits>
struct moment_logits {
  static constexpr bool fits = false;
};
template <>
struct moment_logits<plain_logits> {
  static constexpr bool fits = true;
  using rule = described_rule;
  static double bias(const plain_logits& of) { return of.bias; }
};
template <class E>
struct moment_logits<candidate_bias<E>> {
  static constexpr bool fits = true, of_anchors = false;
  using rule = biased_rule;
  static double bias(const candidate_bias<E>&) { return 0; }
};
template <class E>
struct moment_logits<mixcon::detail::transposed_logits<candidate_bias<E>>> {
  static constexpr bool fits = true, of_anchors = true;
  using rule = biased_rule;
  static double bias(const mixcon::detail::transposed_logits<candidate_bias<E>>&) { return 0; }
};

// a thread a row: its bias
template <class Logits>
__global__ void fill_biases(Logits logits, index_t rows, float* bias) {
  const index_t i = thread_of_grid();
  if (i >= rows) return;
  constexpr bool of_anchors = moment_logits<Logits>::of_anchors;
  bias[i] = logits.template offset<float>(of_anchors ? i : 0, of_anchors ? 0 : i);
}
/// The largest of biases, by size, and how many are -infinity.
struct bias_extremes {
  float top;
  int hidden;
};
// one block
template <class T>
__global__ void find_bias_limit(const T* bias, index_t rows, moment_limit* limit) {
  bias_extremes mine{0, 0};
  for (auto i = static_cast<index_t>(threadIdx.x); i < rows; i += static_cast<index_t>(blockDim.x)) {
    const T size = bias[i] < 0 ? -bias[i] : bias[i];
    if (is_minus_infinity(bias[i]))
      ++mine.hidden;
    else if (size > mine.top)
      mine.top = size;
  }
  const bias_extremes all = merged_by_block(mine, 0, [](bias_extremes& a, const bias_extremes& b) {
    a.top = b.top > a.top ? b.top : a.top, a.hidden += b.hidden;
  });
  if (threadIdx.x == 0) limit->bias = all.top, limit->hidden = all.hidden;
}
// a warp a key with more than a few rows: the sum of its rows' numbers.  writes sums (keys)
template <class T>
__global__ void sum_class_numbers(key_groups groups, const T* number, int stride, number_sum* sums) {
  const index_t key = warp_of_grid();
  if (key >= groups.keys) return;
  const int members = groups.count(static_cast<int>(key));
  if (members <= few_members) return;
  number_sum mine;
  for (int m = lane_of_warp(); m < members; m += warp_size)
    mine.add(number[static_cast<index_t>(groups.member(static_cast<int>(key), m)) * stride]);
  mine = merged_by_warp(mine, [](number_sum& a, const number_sum& b) { a.sum += b.sum, a.hidden += b.hidden; });
  if (lane_of_warp() == 0) sums[key] = mine;
}

/// The sum of the numbers of a row's positives. by_key: those of keys with more than a few rows.
MIXCON_HD inline number_sum sum_of_positives(const positive_rows& are, const key_groups& groups, const float* number,
                                             int stride, const number_sum* by_key) {
  number_sum all;
  if (are.key < 0) return all;
  if (are.members > few_members)
    all = by_key[are.key];
  else
    for (int k = 0; k < are.members; ++k) all.add(number[static_cast<index_t>(groups.member(are.key, k)) * stride]);
  if (are.without >= 0) all.add(number[static_cast<index_t>(are.without) * stride], -1);
  return all;
}
/// The sum of the biases of an anchor's positives.
MIXCON_HD inline number_sum biases_of_positives(const biased_rule& rule, const key_groups& of_candidates,
                                                const positive_rows& are, int a) {
  if (rule.candidate_bias != nullptr) return sum_of_positives(are, of_candidates, rule.candidate_bias, 1, rule.by_key);
  number_sum all;
  all.add(rule.bias_of_anchor(a), are.number());
  return all;
}
/// How many of an anchor's negatives, of which there are `far`, have a bias of -infinity. By the lanes of a warp.
inline __device__ int hidden_negatives(const biased_rule& rule, const key_groups& of_candidates, int a, int candidates,
                                       int far) {
  if (rule.candidate_bias == nullptr) return is_minus_infinity(rule.bias_of_anchor(a)) ? far : 0;
  if (rule.known->hidden == 0) return 0;
  const auto is_hidden = [&](int c) { return is_minus_infinity(rule.candidate_bias[c]) ? 1 : 0; };
  if (rule.hides_others && a < rule.anchors) {
    int hidden = 0;
    for (int c = rule.candidates + lane_of_warp(); c < candidates; c += warp_size) hidden += is_hidden(c);
    return merged_by_warp(hidden, [](int& x, const int& y) { x += y; });
  }
  const positive_rows all(of_candidates, a, rule.key_of_anchor(a), rule.candidates, false);
  const bool has_self = rule.hides_self && a < rule.anchors && a < rule.candidates;
  const bool self_is_far = has_self && !(all.key >= 0 && all.holds(of_candidates, a));
  return rule.known->hidden - biases_of_positives(rule, of_candidates, all, a).hidden -
         (self_is_far ? is_hidden(a) : 0);
}

}  // namespace mixcon::gpu
