// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rules of targets that say by a key of each row what a pair is: loops and kernels then need not ask the rule pair by
// pair.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/first_own.hpp>
#include <mixcon/contrast/targets/other_rows.hpp>
#include <mixcon/contrast/targets/same_class.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::moments {

/// What loops have to test of a pair, known when they compile.
enum class keep {
  every,        // every candidate is a negative
  all_but_one,  // every candidate but one of each anchor, which is its positive or hidden
  by_class,     // negative, positive or hidden, by the keys of both
};
/// What a candidate is to an anchor. All visible pairs have weight 1.
enum class relation { negative, positive, hidden };

/// A rule by keys: a pair is positive where the keys of its rows are equal, and then of one target, whichever positive
/// of the anchor it is.
struct described_rule {
  const std::int32_t *anchor_key = nullptr, *candidate_key = nullptr;  // null: the number of the row
  const double* share = nullptr;                                       // by key: a positive's target; null: 1
  int anchors = 0, candidates = 0;  // how many of each side have a key: the first ones; the others are negatives
  bool hides_self = false;          // the candidate of the anchor's number is hidden
  bool hides_others = false;        // rows with keys other than the anchor's are hidden from it, if it has one

  MIXCON_HD int key_of_anchor(int a) const { return a >= anchors ? -2 : anchor_key != nullptr ? anchor_key[a] : a; }
  MIXCON_HD int key_of_candidate(int c) const {
    return c >= candidates ? -3 : candidate_key != nullptr ? candidate_key[c] : c;
  }
  /// The one candidate that `keep::all_but_one` leaves out for an anchor; -1: none.
  MIXCON_HD int left_out(int a) const {
    const int key = key_of_anchor(a);
    return key >= 0 && key < candidates ? key : -1;
  }
  /// Given the keys of both.
  MIXCON_HD relation of(int a, int c, int key, int other_key) const {
    if (hides_self && a == c && a < anchors && c < candidates) return relation::hidden;
    if (key == other_key) return relation::positive;
    return hides_others && a < anchors && c < candidates ? relation::hidden : relation::negative;
  }
  MIXCON_HD double target_of(int a) const { return share != nullptr ? share[key_of_anchor(a)] : 1.0; }
  /// The same pairs, the candidates being asked. Shares are by key, as before.
  MIXCON_HD described_rule transposed() const {
    return {candidate_key, anchor_key, share, candidates, anchors, hides_self, hides_others};
  }
};

/// What is known of a type of rules: `fits`, and where it does, `kept` and the rule of a call as keys. Rules whose kind
/// is chosen at run time also have `static bool holds(const Rule&)`: whether this one is given by keys.
template <class Rule>
struct described {
  static constexpr bool fits = false;
};
/// Whether a rule of a type that fits is given by keys; otherwise it is asked pair by pair.
template <class Rule>
bool is_described(const Rule& rule) {
  if constexpr (requires { described<Rule>::holds(rule); })
    return described<Rule>::holds(rule);
  else
    return true;
}
/// Whether all rules of a type are: what kernels and rules made of others need to know when they compile.
template <class Rule>
inline constexpr bool always_described =
    described<Rule>::fits && !requires(const Rule& rule) { described<Rule>::holds(rule); };
template <>
struct described<every_negative::rule_type> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::every;
  static described_rule of(const every_negative::rule_type&, index_t, index_t) { return {}; }
};
template <>
struct described<diagonal_targets::rule_type> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::all_but_one;
  static described_rule of(const diagonal_targets::rule_type&, index_t anchors, index_t candidates) {
    return {nullptr, nullptr, nullptr, static_cast<int>(anchors), static_cast<int>(candidates)};
  }
};
template <>
struct described<other_rows::rule_type> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::all_but_one;
  static described_rule of(const other_rows::rule_type&, index_t anchors, index_t candidates) {
    return {nullptr, nullptr, nullptr, static_cast<int>(anchors), static_cast<int>(candidates), true};
  }
};
template <>
struct described<detail::same_class_rule> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::by_class;
  static described_rule of(const detail::same_class_rule& rule, index_t anchors, index_t candidates) {
    return {rule.anchor_class.data(),  rule.candidate_class.data(),  rule.share.data(),
            static_cast<int>(anchors), static_cast<int>(candidates), rule.hides_self,
            rule.hides_others};
  }
};
template <>
struct described<class_targets::rule_type> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::all_but_one;
  static described_rule of(const class_targets::rule_type& rule, index_t anchors, index_t candidates) {
    return {rule.own.data(), nullptr, nullptr, static_cast<int>(anchors), static_cast<int>(candidates)};
  }
};
template <>
struct described<member_targets::rule_type> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::by_class;
  static described_rule of(const member_targets::rule_type& rule, index_t anchors, index_t candidates) {
    return {nullptr, rule.class_of.data(), rule.share.data(), static_cast<int>(anchors), static_cast<int>(candidates)};
  }
};
/// Seen from the candidates, what was one positive may be many, and the reverse: the keys say it, so only the test of a
/// pair changes.
template <class Rule>
requires(always_described<Rule>)
struct described<detail::transposed_rule<Rule>> {
  static constexpr bool fits = true;
  static constexpr keep kept = described<Rule>::kept == keep::every              ? keep::every
                               : std::is_same_v<Rule, member_targets::rule_type> ? keep::all_but_one
                                                                                 : keep::by_class;
  static described_rule of(const detail::transposed_rule<Rule>& rule, index_t anchors, index_t candidates) {
    return described<Rule>::of(rule.rule, candidates, anchors).transposed();
  }
};
template <>
struct described<first_own_targets::rule_type> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::every;
  static described_rule of(const first_own_targets::rule_type&, index_t, index_t) { return {}; }
};
/// Own candidates are asked pair by pair, so only the rule of the shared ones matters.
template <class Rule>
requires requires(const Rule& rule) { rule.mine, rule.shared; } && (always_described<decltype(Rule::shared)>)
struct described<Rule> : described<decltype(Rule::shared)> {
  static described_rule of(const Rule& rule, index_t anchors, index_t candidates) {
    return described<decltype(Rule::shared)>::of(rule.shared, anchors, candidates);
  }
};
/// A batch and queues: all segments but the first hold negatives alone.
template <class Rules>
inline constexpr bool is_batch_and_queues = false;
template <class Rule, class... Queue>
inline constexpr bool is_batch_and_queues<pack<Rule, Queue...>> =
    always_described<Rule> && (std::is_same_v<Queue, every_negative::rule_type> && ...);
template <class Rule>
requires(is_batch_and_queues<decltype(Rule::rules)>)
struct described<Rule> {
  using batch = std::remove_cvref_t<decltype(get<0>(std::declval<const Rule&>().rules))>;
  static constexpr bool fits = true;
  static constexpr keep kept = described<batch>::kept;
  static described_rule of(const Rule& rule, index_t anchors, index_t) {
    return described<batch>::of(get<0>(rule.rules), anchors, rule.from[1]);
  }
};

}  // namespace mixcon::moments

MIXCON_STRICT_FLOATS_END
