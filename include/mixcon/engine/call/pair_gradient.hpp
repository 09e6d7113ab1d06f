// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Adds what one pair contributes to every gradient that is wanted.

#include <mixcon/engine/call/formulas.hpp>
#include <mixcon/engine/call/packed_gradients.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Adds what one pair of anchor a contributes to every gradient that is wanted.
template <class Problem, class Saved, class T = typename Problem::number>
void add_pair(const Problem& p, const Saved& saved, index_t a, const visited_pair<T>& v, packed_gradients<T>& to) {
  const auto at = static_cast<std::size_t>(a);
  const auto& reading = saved.reading[at];
  const T* adjoint = saved.adjoint + a * Problem::count;
  const T by_logit = gradient_by_logit<T>(p, saved, reading, a, v.pair);
  const T factor = v.is_own ? T(1) : p.logits.template factor<T>(a, v.candidate);
  const T by_similarity = by_logit * p.scale * factor;
  const index_t width = p.anchors.width(), pitch = p.anchors.pitch();
  const T* anchor = p.anchors.row(a);
  auto add_row = [&](gradient_rows<T>& rows, index_t row, const T* towards, T times, const T* self) {
    if (rows.empty()) return;
    T* sum = rows.data() + row * pitch;
    if constexpr (Problem::of_distance) {
      const pair_pull<T> pull(p.similarity, by_similarity, v.similarity.distance);
      if (!pull.is_none()) pull.template add<T>(sum, self, towards, width);
    } else {
      const T other = Problem::slope_times(by_similarity, v.similarity.slopes.other),
              mine = Problem::slope_times(by_similarity, v.similarity.slopes.own);
      if (other == T(0) && mine == T(0)) return;  // a hidden row may be NaN
      vectors::add_two_rows(sum, other * times, towards, mine, self, width);
    }
  };
  add_row(to.anchors, a, v.row, v.similarity.times, anchor);
  add_row(v.is_own ? to.own : to.candidates, v.candidate, anchor, T(1), v.row);
  if (to.wants_scale)
    to.scale[at] += Problem::slope_times(by_logit, Problem::scaled(v.similarity.value, factor)),
        to.bias[at] += by_logit;
  if (v.is_own) return;
  if (to.candidate_bias) to.candidate_bias[v.candidate] += by_logit;
  if (to.logits) to.logits(a, v.candidate) += by_similarity;
  if (to.pair_scale) to.pair_scale(a, v.candidate) += Problem::slope_times(by_logit, p.scale * v.similarity.value);
  if (to.pair_bias) to.pair_bias(a, v.candidate) += by_logit;
  if (to.targets) to.targets(a, v.candidate) += p.target_gradient(reading, adjoint, v.pair);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
