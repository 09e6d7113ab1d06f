// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets where candidates or anchors stand for classes, as proxies and rows of a classifier do.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/integer_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// Labels as 32-bit class indices, each in [0, classes); -1 for the ignored one.
inline scratch<std::int32_t> class_indices(const char* function, const integer_view& labels, index_t classes,
                                           const ignored_label& ignored = {}, workspace* memory = nullptr) {
  scratch<std::int32_t> indices(memory);
  for (index_t i = 0; i < labels.size(); ++i) {
    const bool has_none = ignored(labels.value(i));
    MIXCON_REQUIRE(has_none || (labels[i] >= 0 && labels[i] < classes), function, ": label ", i, " is ",
                   to_string(labels.value(i)), " for ", classes, " classes; expected an index from 0 to ", classes - 1,
                   ". If it means that there is no label, say .ignored = ", to_string(labels.value(i)));
    indices.push_back(has_none ? -1 : static_cast<std::int32_t>(labels[i]));
  }
  return indices;
}

}  // namespace detail

/// Candidate c stands for class c (a proxy, a row of a classifier): the anchor's own class is its positive, the others
/// are negatives. `labels` (N) are of the anchors, each in [0, number of candidates); they must outlive the calls. An
/// anchor whose label is `ignored` is skipped, as by PyTorch's ignore_index, or kept without a positive
/// (`ignored_anchors`).
struct class_targets {
  integer_view labels{};    // (N), classes in [0, M)
  ignored_label ignored{};  // as -100 or 255, among the classes or not: anchors without a label
  ignored_anchor ignored_anchors = ignored_anchor::skip;

  struct rule_type {
    vector_view<const std::int32_t> own;           // (N); -1: no class
    static constexpr bool is_of_one_class = true;  // a softmax over classes
    template <class F>
    void each_view(F&& f) {
      f(own);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const mask_of<T> same = detail::is_candidate<T>(candidate, own[anchor]);
      return {same, T(1), choose(same, T(1), T(0))};
    }
  };
  struct bound {
    scratch<std::int32_t> own;
    bool skips_ignored;
    rule_type rule() const { return {mixcon::view(own)}; }
    bool skips_anchor(index_t anchor) const { return skips_ignored && own[static_cast<std::size_t>(anchor)] < 0; }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(labels.size() == space.anchors, "class_targets: ", labels.size(), " labels for ", space.anchors,
                   " anchors; expected one each", detail::asked_about_columns(space, labels.size(), labels.size()));
    return {detail::class_indices("class_targets", labels, space.candidates, ignored, space.memory),
            ignored_anchors == ignored_anchor::skip};
  }
};

/// Anchor c stands for class c (a proxy): candidates of its class are its positives, in equal shares, the others are
/// negatives. `labels` (M) are of the candidates, each in [0, number of anchors); they must outlive the calls. A
/// candidate whose label is `ignored` is nobody's positive; where columns are the anchors it is skipped, or kept
/// without a positive (`ignored_anchors`).
struct member_targets {
  integer_view labels{};    // (M), classes in [0, N)
  ignored_label ignored{};  // as -100 or 255, among the classes or not: candidates without a label
  ignored_anchor ignored_anchors = ignored_anchor::skip;

  struct rule_type {
    vector_view<const std::int32_t> class_of;  // (M); -1: no class
    vector_view<const double> share;           // (N)
    template <class F>
    void each_view(F&& f) {
      f(class_of), f(share);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const mask_of<T> member = detail::is_class<T>(class_of.data() + candidate, static_cast<std::int32_t>(anchor));
      return {member, T(1), choose(member, T(share[anchor]), T(0))};
    }
  };
  struct bound {
    scratch<std::int32_t> class_of;
    scratch<double> share;
    bool skips_ignored;
    rule_type rule() const { return {mixcon::view(class_of), mixcon::view(share)}; }
    bool skips_candidate(index_t c) const { return skips_ignored && class_of[static_cast<std::size_t>(c)] < 0; }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(labels.size() == space.candidates, "member_targets: ", labels.size(), " labels for ",
                   space.candidates, " candidates; expected one each",
                   detail::asked_about_columns(space, labels.size(), labels.size()));
    bound b{detail::class_indices("member_targets", labels, space.anchors, ignored, space.memory),
            scratch<double>(space.memory), ignored_anchors == ignored_anchor::skip};
    b.share.resize(static_cast<std::size_t>(space.anchors));
    for (const std::int32_t c : b.class_of)
      if (c >= 0) b.share[static_cast<std::size_t>(c)] += 1;
    for (double& x : b.share) x = x > 0 ? 1 / x : 0;
    return b;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
