// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which tiles hold plain negatives alone, so that their pairs need not be asked what they are; and whether both orders
// of a pair are the same to a rule.

#include <mixcon/engine/tiled/moments/sweep.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Which tiles of a problem have a pair that may be more than a negative of weight 1.
template <class Problem>
class tile_roles {
  using rule_type = typename Problem::rule_type;

 public:
  /// Whether some tile may be known to be plain: the rule is given by keys, and no logit hides a pair.
  static constexpr bool may_be_plain =
      moments::described<rule_type>::fits && !Problem::hides && requires { Problem::logits_type::is_symmetric; };

  /// Whether keys tell how many of each an anchor sees, so that nobody counts pairs: the rule always has them.
  static constexpr bool may_count =
      may_be_plain && !requires(const rule_type& rule) { moments::described<rule_type>::holds(rule); };

  [[gnu::noinline]] tile_roles(const Problem& p, index_t block_rows)
      : p_(p),
        block_rows_(block_rows),
        groups_(p.memory),
        marks_(blocks_of(p.anchors.count(), block_rows), blocks_of(p.candidates.count(), tile_columns), p.memory) {
    if constexpr (may_be_plain) {
      constexpr index_t most = 0x7fffffff - 2 * tile_columns;  // rows are numbered by 32 bits
      if constexpr (requires { moments::described<rule_type>::holds(p.rule); })
        if (!moments::described<rule_type>::holds(p.rule)) return;
      if (p.anchors.count() > most || p.candidates.count() > most) return;
      rule_ = moments::described<rule_type>::of(p.rule, p.anchors.count(), p.candidates.count());
      groups_.group(rule_.candidate_key, rule_.candidates);
      marks_.mark(rule_, groups_.here(), p.anchors.count(), block_rows, tile_columns, false);
      is_known_ = true;
    }
  }
  bool is_plain(index_t block, index_t other) const {
    if (!is_known_ || rule_.hides_others || marks_(block, other)) return false;
    const index_t row = block * block_rows_, column = other * tile_columns;
    return !(rule_.hides_self && row < column + tile_columns && column < row + block_rows_);
  }
  /// Sets how many pairs of each kind an anchor sees.
  template <class Seen>
  [[gnu::noinline]] void count(index_t anchor, Seen& seen) const {
    using T = typename Problem::number;
    seen = {};
    if (!is_known_) {  // more rows than keys are numbered for
      for (index_t c = 0; c < p_.candidates.count(); ++c)
        mixcon::detail::presence{}.observe(seen, p_.template shared_pair<T>(anchor, c, T(0)));
      return;
    }
    const int own = static_cast<int>(anchor), key = rule_.key_of_anchor(own);
    const moments::positive_rows are(groups_.here(), own, key, rule_.candidates, rule_.hides_self);
    const int others = moments::far_count(rule_, groups_.here(), own, static_cast<int>(p_.candidates.count()));
    seen.positives = static_cast<T>(are.number()), seen.negatives = static_cast<T>(others);
    seen.visible = seen.positives + seen.negatives;
  }

 private:
  const Problem& p_;
  index_t block_rows_;
  moments::described_rule rule_{};
  moments::grouped_rows groups_;
  tiles_with_positives marks_;
  bool is_known_ = false;
};

/// Whether a rule's roles are the same in both orders of a pair of anchors that are the candidates.
template <class Rule>
inline constexpr bool may_be_same_both_ways =
    requires { Rule::is_symmetric; } || std::is_same_v<Rule, mixcon::detail::same_class_rule>;
template <class Rule>
bool is_same_both_ways(const Rule& rule, index_t rows) {
  if constexpr (std::is_same_v<Rule, mixcon::detail::same_class_rule>) {
    const std::int32_t nobody = static_cast<std::int32_t>(rule.share.extent(0)) - 1;  // an anchor of no class
    for (index_t i = 0; i < rows; ++i) {
      const std::int32_t as_anchor = rule.anchor_class[i], as_candidate = rule.candidate_class[i];
      if (as_anchor != as_candidate && !(as_anchor == nobody && as_candidate == 0)) return false;
    }
    return true;
  } else {
    return may_be_same_both_ways<Rule>;
  }
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
