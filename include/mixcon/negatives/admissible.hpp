// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which keys may be negatives of which anchors, by ids and labels; as a question and as targets.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/ignored_label.hpp>
#include <mixcon/core/integer_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Which keys may be negatives of which anchors: every key, but for those that share the anchor's id (the same sample,
/// or another view of it) or its label, unless that is the `ignored` one, and those said to be no keys at all. A rule
/// whose views are left empty is not asked. The views are (N) for anchors and (M) for keys, and must outlive the calls.
struct admissible_keys {
  integer_view anchor_ids{}, key_ids{};        // samples
  integer_view anchor_labels{}, key_labels{};  // classes
  integer_view valid{};                        // 0: not a key, an unfilled slot of a queue
  ignored_label ignored{};                     // as -100: rows without a label, which share none

  bool operator()(index_t anchor, index_t key) const {
    if (!valid.empty() && valid[key] == 0) return false;
    if (!anchor_ids.empty() && same_value(anchor_ids, anchor, key_ids, key)) return false;
    if (anchor_labels.empty() || !same_value(anchor_labels, anchor, key_labels, key)) return true;
    return ignored(anchor_labels.value(anchor));
  }

  /// Refuses views that do not fit `anchors` and `keys`, naming `function`.
  void(check)(const char* function, index_t anchors, index_t keys) const {
    auto fits = [&](const char* what, const integer_view& of_anchors, const integer_view& of_keys) {
      MIXCON_REQUIRE(
          (of_anchors.empty() && of_keys.empty()) || (of_anchors.size() == anchors && of_keys.size() == keys), function,
          ": ", of_anchors.size(), " anchor ", what, " and ", of_keys.size(), " key ", what, " for ", anchors,
          " anchors and ", keys, " keys; expected one each, or neither");
    };
    fits("ids", anchor_ids, key_ids);
    fits("labels", anchor_labels, key_labels);
    MIXCON_REQUIRE(valid.empty() || valid.size() == keys, function, ": ", valid.size(), " entries of `valid` for ",
                   keys, " keys; expected one each, or none");
    MIXCON_REQUIRE(keys <= index_t{0x7fffffff}, function, ": ", keys,
                   " keys; expected at most 2^31 - 1, since lists hold 32-bit positions");
  }
};

/// Targets that hide every pair which is not admissible, among candidates that are negatives: a queue or a bank whose
/// rows may be the anchor's sample or of its class. For a segment of its own beside one with positives.
struct admissible_targets {
  admissible_keys keys{};  // which are negatives; the others are hidden

  struct rule_type {
    admissible_keys keys;
    template <class T>
    role<T> at(index_t anchor, index_t candidate) const {
      return detail::role_by_lane<T>(
          [&](int k) { return keys(anchor, candidate + k) ? negative_pair() : hidden_pair(); });
    }
  };
  struct bound {
    admissible_keys keys;
    rule_type rule() const { return {keys}; }
  };
  bound bind(const pair_space& space) const {
    (keys.check)("admissible_targets", space.anchors, space.candidates);
    return {keys};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
