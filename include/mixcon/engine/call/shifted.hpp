// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A block of a problem's pairs as a problem of its own: anchors and candidates numbered from 0, the rules asked by
// their numbers in the whole.

#include <mixcon/engine/call/pair_rules.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Where a block begins.
struct block_origin {
  index_t anchor = 0, candidate = 0;
};

template <class Rule>
struct shifted_rule {
  Rule rule;
  block_origin from;
  template <class F>
  void each_view(F&& f) {
    mixcon::each_view(rule, f);
  }
  template <class T>
  MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
    return rule.template at<T>(from.anchor + anchor, from.candidate + candidate);
  }
  template <class T>
  MIXCON_HD role<T> own(index_t anchor, index_t j) const
  requires requires { rule.template own<T>(anchor, j); }
  {
    return rule.template own<T>(from.anchor + anchor, j);
  }
};
template <class Logits>
struct shifted_logits {
  Logits logits;
  block_origin from;
  template <class F>
  void each_view(F&& f) {
    mixcon::each_view(logits, f);
  }
  template <class T>
  MIXCON_HD T factor(index_t anchor, index_t candidate) const {
    return logits.template factor<T>(from.anchor + anchor, from.candidate + candidate);
  }
  template <class T>
  MIXCON_HD T offset(index_t anchor, index_t candidate) const {
    return logits.template offset<T>(from.anchor + anchor, from.candidate + candidate);
  }
  MIXCON_HD double own_offset() const { return logits.own_offset(); }
};
template <class Logits>
auto shifted(const Logits& logits, const block_origin& from) {
  if constexpr (requires { Logits::is_symmetric; })
    return logits;
  else
    return shifted_logits<Logits>{logits, from};
}

/// The rules of a block's pairs. Blocks of one row of anchors number their candidates as the whole does, so that their
/// states merge, indices of extremes included; own candidates, `own_count` of each anchor, stand in the first block.
template <class T, class Objective, class Rule>
auto rules_of_block(const Objective& objective, const Rule& rule, const block_origin& from, index_t own_count) {
  using loss_type = std::remove_cvref_t<decltype(objective.loss)>;
  using similarity_type = std::remove_cvref_t<decltype(objective.similarity)>;
  const auto logits = shifted(objective.logits, from);
  const bool is_first = from.candidate == 0;
  return pair_rules<T, loss_type, similarity_type, std::remove_const_t<decltype(logits)>, shifted_rule<Rule>>{
      objective.loss,
      objective.loss.statistics(),
      objective.similarity,
      logits,
      shifted_rule<Rule>{rule, from},
      objective.template logit_scale_in<T>(),
      is_first ? own_count : 0,
      own_count + from.candidate};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
