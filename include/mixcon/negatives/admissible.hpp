// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which keys may be negatives of which anchors, by ids and labels; as a question and as targets.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/distinct_integers.hpp>
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

  /// Ids and labels by number; those of rows that nobody may share them with are negative.
  struct rule_type {
    vector_view<const std::int32_t> anchor_id, key_id, anchor_label, key_label;  // (N), (M), or empty
    vector_view<const char> valid;                                               // (M), or empty

    template <class F>
    void each_view(F&& f) {
      f(anchor_id), f(key_id), f(anchor_label), f(key_label), f(valid);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      T seen = T(1);
      if (valid) seen = detail::each_lane<T>([&](int k) { return scalar_of<T>(valid[candidate + k] != 0 ? 1 : 0); });
      if (anchor_id) seen = choose(detail::is_class<T>(key_id.data() + candidate, anchor_id[anchor]), T(0), seen);
      if (anchor_label)
        seen = choose(detail::is_class<T>(key_label.data() + candidate, anchor_label[anchor]), T(0), seen);
      return {detail::each_answer<T>([](int) { return false; }), seen, T(0)};
    }
  };
  struct bound {
    scratch<std::int32_t> anchor_id, key_id, anchor_label, key_label;
    scratch<char> valid;
    rule_type rule() const {
      return {mixcon::view(anchor_id), mixcon::view(key_id), mixcon::view(anchor_label), mixcon::view(key_label),
              mixcon::view(valid)};
    }
  };
  bound bind(const pair_space& space) const {
    (keys.check)("admissible_targets", space.anchors, space.candidates);
    bound b{scratch<std::int32_t>(space.memory), scratch<std::int32_t>(space.memory),
            scratch<std::int32_t>(space.memory), scratch<std::int32_t>(space.memory), scratch<char>(space.memory)};
    number(space, keys.anchor_ids, keys.key_ids, {}, b.anchor_id, b.key_id);
    number(space, keys.anchor_labels, keys.key_labels, keys.ignored, b.anchor_label, b.key_label);
    for (index_t k = 0; k < keys.valid.size(); ++k) b.valid.push_back(keys.valid[k] != 0);
    return b;
  }

 private:
  static void number(const pair_space& space, const integer_view& of_anchors, const integer_view& of_keys,
                     const ignored_label& ignored, scratch<std::int32_t>& anchors,
                     scratch<std::int32_t>& those_of_keys) {
    detail::distinct_integers numbers(space.memory);
    for (index_t k = 0; k < of_keys.size(); ++k)
      those_of_keys.push_back(static_cast<std::int32_t>(numbers.number(of_keys.value(k))));
    for (index_t a = 0; a < of_anchors.size(); ++a)
      anchors.push_back(ignored(of_anchors.value(a)) ? -1
                                                     : static_cast<std::int32_t>(numbers.find(of_anchors.value(a))));
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
