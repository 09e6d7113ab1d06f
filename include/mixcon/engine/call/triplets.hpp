// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Evaluates formulas for each triplet: computes an anchor's row of logits and streams its triplets over it.

#include <mixcon/engine/call/loss_of_states.hpp>
#include <mixcon/engine/call/packed_gradients.hpp>
#include <mixcon/engine/call/triplet_row.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

// The engine of formulas for each triplet: an anchor's row of logits is computed whole, and its triplets are streamed
// over it, positive by positive. Time O(N M D + triplets), memory O(N + M) a thread; never a list of triplets.

/// Which anchors have positives and negatives.
template <class Executor, class Problem, class T = typename Problem::number>
void find_presence(const Executor& executor, const Problem& p, typename Problem::row_states& states) {
  for_each_row(executor, p.anchors.count(), [&](index_t a, auto) {
    auto& seen = states[static_cast<std::size_t>(a)].seen;
    visit_own(p, a, [&](const auto& own) { presence{}.observe(seen, own.pair); });
    for (index_t c = 0; c < p.candidates.count(); ++c) {
      if constexpr (Problem::is_given || !requires { p.logits.is_symmetric; }) {
        presence{}.observe(seen, shared_pair_at(p, a, c));  // some may be hidden by their logits
      } else {
        const role<T> r = p.rule.template at<T>(a, c);
        presence{}.observe(seen, logit_pair<T>{T(0), r.weight, r.target, r.positive, c});
      }
    }
  });
}

/// Each anchor's values and divisors: the sums over its triplets, before the anchors' weights.
template <class Executor, class Problem, class Saved>
auto evaluate_triplets(const Executor& executor, const Problem& p, const Saved& saved) {
  using T = typename Problem::number;
  constexpr int terms = term_count<typename Problem::loss_type>;
  scratch<row_total<T, terms>> all(p.memory, saved.counts.size());
  for_each_row(executor, p.anchors.count(), [&](index_t a, auto how) {
    using V = typename decltype(how)::template vector<T>;
    if (!saved.counts[static_cast<std::size_t>(a)]) return;
    auto& total = all[static_cast<std::size_t>(a)];
    const auto row = triplet_row<Problem>::template of<V>(p, a);
    for_each_triplet<V>(p, row, [&](std::size_t, std::size_t, const auto& answer) {
      for (int n = 0; n < terms; ++n) {
        total.value[n] += static_cast<wide_t<T>>(sum_of_lanes(answer.of[n].value.value));
        total.divisor[n] += static_cast<wide_t<T>>(sum_of_lanes(answer.of[n].divisor));
      }
    });
  });
  return all;
}

/// The forward pass of a formula for each triplet; `parts` is where other parts of a divided call enter.
template <class Executor, class Objective, class Problem, class Parts, class Saved>
auto run_triplets(const Executor& executor, const row_words& words, const Objective& objective, const Problem& p,
                  const Parts& parts, double share, Saved& saved) {
  using T = typename Problem::number;
  using Loss = typename Problem::loss_type;
  constexpr int terms = term_count<Loss>;
  const auto anchors = static_cast<std::size_t>(p.anchors.count());
  auto states = p.fresh_states();
  find_presence(executor, p, states);
  saved.counts.assign(anchors, 0);
  index_t complete = 0;
  parts.refuse_together([&] { complete = mark_counting(words, objective, p, states, saved.counts); });
  saved.used = saved.counts;
  saved.reading.assign(anchors, {});
  auto totals = evaluate_triplets(executor, p, saved);
  auto weight_of = [&](std::size_t a) { return weight_of_row(objective, static_cast<index_t>(a)); };
  for (std::size_t a = 0; a < anchors; ++a)
    for (auto& value : totals[a].value) value *= static_cast<wide_t<T>>(weight_of(a));
  wide_t<T> factor[static_cast<unsigned>(terms)];
  auto sums = sums_of_rows(p, totals, saved.counts);
  sums.anchors_used = complete;
  add_up(parts, sums);
  const T value = value_of_sums<Loss, T>(policy_of(objective), sums, share, factor);
  (saved.share.clear)();
  for (std::size_t a = 0; a < anchors; ++a)
    for (const auto by : factor) saved.share.push_back(static_cast<T>(by) * static_cast<T>(weight_of(a)));
  return loss_result<T>{value, sums.anchors_used};
}

/// Adds what the triplets of all anchors contribute to the gradients. Anchors go in blocks: first each row's weights,
/// then, candidate by candidate, what they add there, so that no two tasks write to one row.
template <class Executor, class Problem, class Saved>
class triplet_scatter {
  using T = typename Problem::number;
  static constexpr int terms = term_count<typename Problem::loss_type>;

 public:
  triplet_scatter(const Executor& executor, const Problem& p, const Saved& saved, packed_gradients<T>& to)
      : executor_(executor),
        p_(p),
        saved_(saved),
        to_(to),
        weights_(p.memory),
        by_scale_(p.memory, static_cast<std::size_t>(p.anchors.count()), T(0)) {}

  /// Returns what the formulas themselves hold of d loss / d logit scale.
  double run() {
    const index_t block = rows_of_block();
    for (index_t first = 0; first < p_.anchors.count(); first += block) {
      const index_t rows = smaller(block, p_.anchors.count() - first);
      weights_.assign(static_cast<std::size_t>(rows * p_.candidates.count()), {});
      for_each_row(executor_, rows, [&](index_t r, auto how) {
        using V = typename decltype(how)::template vector<T>;
        if (saved_.counts[static_cast<std::size_t>(first + r)]) weigh_row<V>(first + r, r);
      });
      for_each_row(executor_, (p_.candidates.count() + at_once - 1) / at_once, [&](index_t part, auto how) {
        using V = typename decltype(how)::template vector<T>;
        for (index_t c = part * at_once; c < smaller((part + 1) * at_once, p_.candidates.count()); ++c)
          add_to_candidate<V>(first, rows, c);
      });
    }
    ordered_sum<T> sum;
    for (T x : by_scale_) sum.add(x);
    return static_cast<double>(sum.value());
  }

 private:
  static constexpr index_t at_once = 16;  // candidates of a task
  /// What a pair with a shared candidate leaves for that one's gradient: d loss / d logit, d loss / d similarity, and
  /// the slopes or the distance of the similarity.
  struct pair_weight {
    T by_logit{}, by_similarity{};
    std::conditional_t<Problem::of_distance, wide_t<T>, similarity_slopes<T>> how{};
  };
  static index_t smaller(index_t a, index_t b) { return a < b ? a : b; }
  index_t rows_of_block() const {
    const index_t most = index_t{1} << 18, shared = p_.candidates.count();
    return shared > most ? 1 : smaller(shared == 0 ? most : most / shared, 64);
  }

  template <class V>
  void weigh_row(index_t a, index_t r) {
    const auto row = triplet_row<Problem>::template of<V>(p_, a);
    scratch<T> by_positive(p_.memory, row.positives.size(), T(0)), by_negative(p_.memory, row.negatives.size(), T(0));
    const T* share = saved_.share + a * terms;
    T by_scale = 0;
    for_each_triplet<V>(p_, row, [&](std::size_t i, std::size_t j, const auto& answer) {
      using U = std::remove_cvref_t<decltype(answer.of[0].divisor)>;
      for (int n = 0; n < terms; ++n) {
        const auto& slope = answer.of[n].value.partial;
        by_positive[i] += share[n] * sum_of_lanes(slope[0]);
        store_as<U>(by_negative.data() + j, load_as<U>(by_negative.data() + j) + U(share[n]) * slope[1]);
        by_scale += share[n] * sum_of_lanes(slope[2]);
      }
    });
    by_scale_[static_cast<std::size_t>(a)] = by_scale;
    for (std::size_t i = 0; i < by_positive.size(); ++i) add_pair_to_row<V>(a, r, row.positives[i], by_positive[i]);
    for (std::size_t j = 0; j < by_negative.size(); ++j) add_pair_to_row<V>(a, r, row.negatives[j], by_negative[j]);
  }
  /// Everything that belongs to the anchor alone; what belongs to a shared candidate is kept for later.
  template <class V>
  void add_pair_to_row(index_t a, index_t r, const visited_pair<T>& v, T by_logit) {
    if (by_logit == T(0)) return;
    const auto at = static_cast<std::size_t>(a);
    const index_t pitch = p_.anchors.pitch();
    const T factor = v.is_own ? T(1) : p_.logits.template factor<T>(a, v.candidate);
    const T by_similarity = by_logit * p_.scale * factor;
    pair_weight weight{by_logit, by_similarity, {}};
    if constexpr (Problem::of_distance)
      weight.how = v.similarity.distance;
    else
      weight.how = v.similarity.slopes;
    if (!to_.anchors.empty()) add_row<V>(to_.anchors.data() + a * pitch, weight, p_.anchors.row(a), v.row);
    if (to_.wants_scale)
      to_.scale[at] += by_logit * Problem::scaled(v.similarity.value, factor), to_.bias[at] += by_logit;
    if (v.is_own && !to_.own.empty())
      add_row<V>(to_.own.data() + v.candidate * pitch, weight, v.row, p_.anchors.row(a));
    if (v.is_own) return;
    weights_[static_cast<std::size_t>(r * p_.candidates.count() + v.candidate)] = weight;
    if (to_.logits) to_.logits(a, v.candidate) += by_similarity;
    if (to_.pair_scale) to_.pair_scale(a, v.candidate) += by_logit * p_.scale * v.similarity.value;
    if (to_.pair_bias) to_.pair_bias(a, v.candidate) += by_logit;
  }
  template <class V>
  void add_to_candidate(index_t first, index_t rows, index_t c) {
    const index_t pitch = p_.anchors.pitch();
    for (index_t r = 0; r < rows; ++r) {
      const pair_weight& w = weights_[static_cast<std::size_t>(r * p_.candidates.count() + c)];
      if (w.by_logit == T(0)) continue;
      if (to_.candidate_bias) to_.candidate_bias[c] += w.by_logit;
      if (!to_.candidates.empty())
        add_row<V>(to_.candidates.data() + c * pitch, w, p_.candidates.row(c), p_.anchors.row(first + r));
    }
  }
  /// to += what the pair adds to the gradient by the row `self`.
  template <class V>
  void add_row(T* to, const pair_weight& weight, const T* self, const T* other) const {
    const index_t pitch = p_.anchors.pitch();
    if constexpr (Problem::of_distance) {
      const pair_pull<T> pull(p_.similarity, weight.by_similarity, weight.how);
      if (!pull.is_none()) pull.template add<V>(to, self, other, pitch);
    } else {
      const T own = weight.by_similarity * weight.how.own;
      add_times<V>(to, weight.by_similarity * weight.how.other, other, pitch);
      if (own != T(0)) add_times<V>(to, own, self, pitch);
    }
  }

  const Executor& executor_;
  const Problem& p_;
  const Saved& saved_;
  packed_gradients<T>& to_;
  scratch<pair_weight> weights_;  // (rows of a block, M)
  scratch<T> by_scale_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
