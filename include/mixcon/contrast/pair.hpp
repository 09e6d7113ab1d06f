// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What one pair of an anchor and a candidate is: its logit and its role; and the sets of pairs that a statistic runs
// over.

#include <mixcon/core/number/real.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What a candidate is to an anchor. Hidden pairs have weight 0 and are not positive. T is a number or vector lanes:
/// then the role speaks for as many consecutive candidates as T has lanes.
template <class T>
struct role {
  mask_of<T> positive{};  // said by the targets: a positive's target may be <= 0
  T weight{};             // how often the pair counts as a candidate: 0 hidden, 1 usual
  T target{};             // share of the anchor's positive mass; 0 unless positive
};
template <class T = double>
MIXCON_HD constexpr role<T> hidden_pair() {
  return {};
}
// Shares and weights may be numbers of any type: positive_pair(1) is a role<double>, as hidden_pair() is.
template <class T = double, class Weight = T>
MIXCON_HD constexpr role<T> negative_pair(Weight weight = Weight(1)) {
  return {false, static_cast<T>(weight), T(0)};
}
template <class T = double, class Target = T, class Weight = T>
MIXCON_HD constexpr role<T> positive_pair(Target target = Target(1), Weight weight = Weight(1)) {
  return {true, static_cast<T>(weight), static_cast<T>(target)};
}

/// One pair as a statistic sees it: its logit `x` and its role.
template <class T>
struct logit_pair {
  T x{};
  T weight{};
  T target{};
  mask_of<T> positive{};
  index_t candidate = 0;  // of the first lane; an anchor's own candidates come before the shared ones
};

/// Which pairs enter a statistic, and how much each counts there. Types, so that an engine knows them when it compiles.
namespace over {

/// Every visible pair, by its weight.
struct all_candidates {
  template <class T>
  MIXCON_HD T operator()(const logit_pair<T>& p) const {
    return p.weight;
  }
};
/// Positives, by their weight.
struct all_positives {
  template <class T>
  MIXCON_HD T operator()(const logit_pair<T>& p) const {
    return choose(p.positive, p.weight, T(0));
  }
};
/// Visible pairs that are not positive, by their weight.
struct all_negatives {
  template <class T>
  MIXCON_HD T operator()(const logit_pair<T>& p) const {
    return choose(p.positive, T(0), p.weight);
  }
};
/// Positives, by their target.
struct all_targets {
  template <class T>
  MIXCON_HD T operator()(const logit_pair<T>& p) const {
    return choose(p.positive, p.target, T(0));
  }
};

inline constexpr all_candidates candidates{};
inline constexpr all_positives positives{};
inline constexpr all_negatives negatives{};
inline constexpr all_targets targets{};

}  // namespace over

namespace detail {
/// Whether no lane's answer is yes: what is only about few pairs, such as positives, is then left out. One pair is not
/// asked.
MIXCON_HD constexpr bool has_none(bool) { return false; }
template <class Mask>
MIXCON_HD bool has_none(const Mask& yes) {
  return (!yes).all();
}
}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
