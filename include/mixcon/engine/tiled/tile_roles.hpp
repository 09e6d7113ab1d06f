// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which tiles hold plain negatives alone, so that their pairs need not be asked what they are; and whether both orders
// of a pair are the same to a rule.

#include <mixcon/engine/tiled/moment_sweep.hpp>

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

  [[gnu::noinline]] tile_roles(const Problem& p, index_t block_rows)
      : block_rows_(block_rows),
        marks_(blocks_of(p.anchors.count(), block_rows), blocks_of(p.candidates.count(), tile_columns), p.memory) {
    if constexpr (may_be_plain) {
      constexpr index_t most = 0x7fffffff - 2 * tile_columns;  // rows are numbered by 32 bits
      if constexpr (requires { moments::described<rule_type>::holds(p.rule); })
        if (!moments::described<rule_type>::holds(p.rule)) return;
      if (p.anchors.count() > most || p.candidates.count() > most) return;
      const moments::described_rule rule =
          moments::described<rule_type>::of(p.rule, p.anchors.count(), p.candidates.count());
      if (rule.hides_others) return;
      hides_self_ = rule.hides_self;
      moments::grouped_rows groups(p.memory);
      groups.group(rule.candidate_key, rule.candidates);
      marks_.mark(rule, groups.here(), p.anchors.count(), block_rows, tile_columns, false);
      is_known_ = true;
    }
  }
  bool is_plain(index_t block, index_t other) const {
    if (!is_known_ || marks_(block, other)) return false;
    const index_t row = block * block_rows_, column = other * tile_columns;
    return !(hides_self_ && row < column + tile_columns && column < row + block_rows_);
  }

 private:
  index_t block_rows_;
  tiles_with_positives marks_;
  bool is_known_ = false, hides_self_ = false;
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
