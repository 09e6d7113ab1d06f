// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The triplets of one anchor, as its positives and negatives; never a list of triplets.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/engine/call/formulas.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The positives and negatives of one anchor, own candidates first: what its triplets are made of. O(M) numbers.
template <class Problem>
struct triplet_row {
  using T = typename Problem::number;
  scratch<visited_pair<T>> positives, negatives;
  scratch<T> positive_logits, negative_logits;

  explicit triplet_row(workspace* memory)
      : positives(memory), negatives(memory), positive_logits(memory), negative_logits(memory) {}

  /// V is what loops over numbers work on at once: T or lanes of it.
  template <class V>
  static triplet_row of(const Problem& p, index_t a) {
    triplet_row row(p.memory);
    visit_own(p, a, [&](const visited_pair<T>& own) { row.take(own); });
    const T aa = Problem::linear || Problem::of_distance
                     ? T(0)
                     : dot_on<V>(p.anchors.row(a), p.anchors.row(a), p.anchors.pitch());
    for (index_t c = 0; c < p.candidates.count(); ++c) {
      const role<T> r = p.rule.template at<T>(a, c);
      if (!r.positive && !(r.weight > T(0))) continue;
      const measured_similarity<T> s = similarity<V>(p, a, c, aa);
      row.take({p.shared_pair(a, c, s.value), s, p.candidates.row(c), c, false});
    }
    return row;
  }

 private:
  template <class V>
  static measured_similarity<T> similarity(const Problem& p, index_t a, index_t c, T aa) {
    if constexpr (Problem::is_given) {
      return {p.similarity.template at<T>(a, c)};
    } else if constexpr (Problem::of_distance) {
      const wide_t<T> distance = distance_on<V>(p.anchors.row(a), p.candidates.row(c), p.anchors.pitch());
      return {static_cast<T>(p.similarity.of_distance(distance)), {}, distance};
    } else {
      const T* row = p.candidates.row(c);
      const T dot = dot_on<V>(p.anchors.row(a), row, p.anchors.pitch());
      if (Problem::linear) return {dot};
      const T cc = dot_on<V>(row, row, p.anchors.pitch());
      return {p.similarity.value(dot, aa, cc), p.similarity.slopes(dot, aa, cc)};
    }
  }
  void take(const visited_pair<T>& v) {
    if (!v.pair.positive && !(v.pair.weight > T(0))) return;
    (v.pair.positive ? positives : negatives).push_back(v);
    (v.pair.positive ? positive_logits : negative_logits).push_back(v.pair.x);
  }
};

/// Calls take(i, j, answer) for positive i with the negatives from j on, as many as a V has lanes, then one by one.
template <class V, class Problem, class Take>
void for_each_triplet(const Problem& p, const triplet_row<Problem>& row, Take&& take) {
  using T = typename Problem::number;
  using Loss = typename Problem::loss_type;
  const auto negatives = static_cast<index_t>(row.negative_logits.size());
  const T* others = row.negative_logits.data();
  for (std::size_t i = 0; i < row.positives.size(); ++i) {
    index_t j = 0;
    for (; j + lane_count<V>() <= negatives; j += lane_count<V>()) {
      const V logits[] = {V(row.positive_logits[i]), load_as<V>(others + j)};
      take(i, static_cast<std::size_t>(j), evaluate_formula<Loss, V>(p.loss, logits, V(p.scale)));
    }
    for (; j < negatives; ++j) {
      const T logits[] = {row.positive_logits[i], others[j]};
      take(i, static_cast<std::size_t>(j), evaluate_formula<Loss, T>(p.loss, logits, p.scale));
    }
  }
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
