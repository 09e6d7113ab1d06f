// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixed anchors as moments take them: of each, all candidates are negatives but two, its own and its partner's. Tiles
// leave these out, and the kernels of left_out.cuh ask the targets about them, pair by pair.

#include <mixcon/gpu/moments/shared_words.cuh>

namespace mixcon::gpu {

struct mixed_rule : described_rule {
  const std::int32_t* partner_key = nullptr;  // (N): the partner's candidate; -1: none, or the anchor's own
  key_groups by_partner{};                    // the anchors, by this key
  float* partner_pull = nullptr;              // (N), of backward: what that candidate pulls

  MIXCON_HD int also_left_out(int a) const { return partner_key[a]; }
};
template <class Rule>
inline constexpr bool is_mixed = std::is_same_v<Rule, mixed_rule>;

/// Whether a type of rules is that of `mixed_targets` over a base of one positive an anchor, which hides nothing.
template <class Rule>
inline constexpr bool mixes_two_candidates = [] {
  if constexpr (requires(const Rule& rule) { rule.base, rule.lambda, rule.partner; }) {
    using base = decltype(Rule::base);
    return std::is_same_v<base, diagonal_targets::rule_type> || std::is_same_v<base, class_targets::rule_type>;
  } else {
    return false;
  }
}();
template <class Rule>
requires(mixes_two_candidates<Rule>)
struct described<Rule> {
  static constexpr bool fits = true;
  static constexpr keep kept = keep::all_but_one;  // of which kernels that know mixed_rule leave out one more
  static described_rule of(const Rule& rule, index_t anchors, index_t candidates) {
    return moments::described<decltype(Rule::base)>::of(rule.base, anchors, candidates);
  }
};

/// Partners' candidates as kernels see them; null where targets have none.
struct placed_partners {
  const std::int32_t* key = nullptr;
  key_groups anchors{};
};
/// The same on the host, found when a call is bound.
class call_partners {
 public:
  explicit call_partners(workspace* memory) : key_(memory), anchors_(memory) {}
  template <class Rule>
  void group(const Rule& rule, index_t anchors, index_t candidates) {
    if constexpr (mixes_two_candidates<Rule>) {
      const described_rule base = described<Rule>::of(rule, anchors, candidates);
      for (index_t a = 0; a < anchors; ++a) {
        const int other = base.left_out(static_cast<int>(rule.partner[a]));
        key_.push_back(other == base.left_out(static_cast<int>(a)) ? -1 : other);
      }
      anchors_.group(key_.data(), static_cast<int>(anchors));
    }
  }
  template <class Arrays>
  placed_partners placed(Arrays& arrays) const {
    const vector_view<const std::int32_t> key = mixcon::view(key_);
    return {arrays(key).data(), anchors_.placed(arrays)};
  }

 private:
  scratch<std::int32_t> key_;
  moments::grouped_rows anchors_;
};

}  // namespace mixcon::gpu
