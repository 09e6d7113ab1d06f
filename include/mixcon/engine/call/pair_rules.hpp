// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The rules of a pair: what a call says of anchor a and candidate c, without their rows. Plain data that kernels carry.

#include <mixcon/contrast/each_view.hpp>
#include <mixcon/contrast/logits.hpp>
#include <mixcon/contrast/loss.hpp>
#include <mixcon/contrast/similarity.hpp>
#include <mixcon/engine/call/row_state.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The loss with its statistics, the similarity, the logits, the targets' rule and the scale of one direction of a
/// call, and what follows from them for a pair whose similarity is known. Trivially copyable where its parts are;
/// arrays that these refer to are named by `each_view` (contrast/each_view.hpp).
template <class T, class Loss, class Similarity, class Logits, class Rule>
struct pair_rules {
  using number = T;
  using loss_type = Loss;
  using similarity_type = Similarity;
  using logits_type = Logits;
  using rule_type = Rule;
  using statistics_type = typename loss_traits<Loss>::statistics;
  template <class U>
  using state = row_state<statistics_type, U>;
  using readings = row_readings<statistics_type, T>;
  static constexpr int count = statistics_type::size;
  static constexpr bool linear = Similarity::linear;
  static constexpr bool is_given = requires { Similarity::is_given; };  // similarities are looked up, not computed
  static constexpr bool of_distance = is_of_distance<Similarity>;

  static constexpr bool may_mirror = !is_given && requires { Logits::is_symmetric; };
  /// Whether logits may be -infinity but by overflow: those that are given, computed by other than products and
  /// distances, or biased each on its own, as attention masks do. A negative of such a logit is hidden, which
  /// cross_entropy needs nobody to do.
  static constexpr bool may_hide = is_given || !(linear || of_distance) || !requires { Logits::is_symmetric; };
  static constexpr bool hides = may_hide && !std::is_same_v<statistics_type, pack<cross_entropy>>;

  Loss loss;
  statistics_type statistics;  // made on the host: `statistics()` is no device function
  Similarity similarity;
  Logits logits;
  Rule rule;
  T scale;
  index_t own_count;
  index_t first_shared;  // the number of shared candidate 0: own ones, and those of other parts, come before it

  template <class F>
  void each_view(F&& f) {
    mixcon::each_view(loss, f), mixcon::each_view(statistics, f), mixcon::each_view(similarity, f);
    mixcon::each_view(logits, f), mixcon::each_view(rule, f);
  }
  /// The pairs of an anchor with lane_count<U>() shared candidates from `candidate` on, given their similarities.
  template <class U>
  MIXCON_HD logit_pair<U> shared_pair(index_t anchor, index_t candidate, const U& similarity_value) const {
    const role<U> r = rule.template at<U>(anchor, candidate);
    const U x = scaled(similarity_value, U(scale) * logits.template factor<U>(anchor, candidate)) +
                logits.template offset<U>(anchor, candidate);
    return {x, visible_weight(x, r), r.target, r.positive, first_shared + candidate};
  }
  /// The pair of an anchor with candidate j of its own; these come before the shared ones.
  MIXCON_HD logit_pair<T> own_pair(index_t anchor, index_t j, T similarity_value) const {
    if constexpr (requires { rule.template own<T>(anchor, j); }) {
      const role<T> r = rule.template own<T>(anchor, j);
      const T x = similarity_value * scale + static_cast<T>(logits.own_offset());
      return {x, visible_weight(x, r), r.target, r.positive, j};
    } else {
      return {};
    }
  }
  MIXCON_HD bool is_positive(index_t anchor, index_t candidate) const {
    return rule.template at<T>(anchor, candidate).positive;
  }
  /// d loss / d logit and d loss / d target of a pair, given the anchor's readings and adjoints.
  template <class U, class Readings>
  MIXCON_HD U logit_gradient(const Readings& reading, const T* adjoint, const logit_pair<U>& p) const {
    U sum{};
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      sum += U(adjoint[at]) * get<at>(statistics).slope(get<at>(reading), p);
    });
    return sum;
  }
  template <class U, class Readings>
  MIXCON_HD U target_gradient(const Readings& reading, const T* adjoint, const logit_pair<U>& p) const {
    U sum{};
    for_each_position<count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      sum += U(adjoint[at]) * get<at>(statistics).target_slope(get<at>(reading), p);
    });
    return sum;
  }
  /// A similarity times the factor of its pair: -infinity whatever that is, unless NaN, where pairs have factors of
  /// their own, which may be 0 or below, and a similarity may be -infinity.
  template <class U>
  MIXCON_HD static U scaled(const U& similarity_value, const U& factor) {
    if constexpr ((is_given || !linear) && !requires { Logits::is_symmetric; })
      return choose(is_minus_infinity(similarity_value) && !is_nan(factor), similarity_value,
                    similarity_value * factor);
    else
      return similarity_value * factor;
  }
  /// A slope by the logit times the similarity or what it is multiplied with; 0 where the slope is, as at a similarity
  /// of -infinity and at a hidden row that is NaN.
  template <class U>
  MIXCON_HD static U slope_times(const U& by_logit, const U& similarity_value) {
    return choose(by_logit == U(0), U(0), by_logit * similarity_value);
  }

 private:
  template <class U>
  MIXCON_HD static U visible_weight(const U& x, const role<U>& r) {
    if constexpr (hides)
      return choose(is_minus_infinity(x) && !r.positive, U(0), r.weight);
    else
      return r.weight;
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
