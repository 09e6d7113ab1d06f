// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Finds the positives of an anchor, and the anchors of a positive: by keys where the rule is given by them, else by
// asking for every candidate.

#include <mixcon/engine/moments/groups.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The positive pairs of a problem's shared candidates. Takes O(N + M) memory, where the rule is given by keys.
template <class Problem>
class positives_of {
  using rule_type = typename Problem::rule_type;
  static constexpr bool may_know = moments::described<rule_type>::fits;

 public:
  explicit positives_of(const Problem& p) : p_(p), groups_(p.memory) {
    if constexpr (may_know) {
      if constexpr (requires { moments::described<rule_type>::holds(p.rule); })
        if (!moments::described<rule_type>::holds(p.rule)) return;
      constexpr index_t most = 0x7fffffff;  // rows are numbered by 32 bits
      if (p.anchors.count() > most || p.candidates.count() > most) return;
      rule_ = moments::described<rule_type>::of(p.rule, p.anchors.count(), p.candidates.count());
      groups_.group(rule_);
      knows_ = true;
    }
  }

  /// Calls visit(candidate) for the positives of an anchor, in their order.
  template <class Visit>
  void of_anchor(index_t a, Visit&& visit) const {
    if (knows_) return visit_keys(rule_, groups_.candidates.here(), a, visit);
    for (index_t c = 0; c < p_.candidates.count(); ++c)
      if (p_.is_positive(a, c)) visit(c);
  }
  /// Calls visit(anchor) for the anchors whose positive a candidate is, in their order.
  template <class Visit>
  void of_candidate(index_t c, Visit&& visit) const {
    if (knows_) return visit_keys(rule_.transposed(), groups_.anchors.here(), c, visit);
    for (index_t a = 0; a < p_.anchors.count(); ++a)
      if (p_.is_positive(a, c)) visit(a);
  }

 private:
  template <class Visit>
  static void visit_keys(const moments::described_rule& rule, const moments::key_groups& groups, index_t row,
                         Visit& visit) {
    const int own = static_cast<int>(row);
    const moments::positive_rows are(groups, own, rule.key_of_anchor(own), rule.candidates, rule.hides_self);
    for (int m = 0; m < are.members; ++m) {
      const int other = groups.member(are.key, m);
      if (other != are.without) visit(static_cast<index_t>(other));
    }
  }

  const Problem& p_;
  moments::described_rule rule_{};
  moments::call_groups groups_;
  bool knows_ = false;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
