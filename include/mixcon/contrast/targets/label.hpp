// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/core/integer_view.hpp>

#include <map>

namespace mixcon {

/// What a pair of one class is, and whether the other classes are seen at all.
enum class visibility { visible, hidden };

/// Rows of the same class are the positives, in equal shares: SupCon. Labels are only compared, so any integers will do.
///
/// `labels` (N) belong to samples; rows are `views` of them, stacked in `order`. Anchors are all rows, or in view-major
/// order the N of the first view (SupContrast's contrast_mode "one"). Candidates are the same rows, or rows that stand for
/// them (the universum of UniCon): a row does not see the candidate of its own index. With `candidate_labels` (M) the
/// candidates are other rows, and all are seen.
struct label_targets {
  integer_view labels{};
  index_t views = 1;
  view_order order = view_order::view_major;
  integer_view candidate_labels{};
  visibility others = visibility::visible;  // hidden: rows of other classes are no candidates either

  struct rule_type {
    vector_view<const std::int32_t> anchor_class, candidate_class;
    vector_view<const double> share;  // by class: 1 / number of its candidates
    bool hides_self = true, hides_others = false;
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const std::int32_t own = anchor_class[anchor];
      const mask_of<T> same = detail::each_answer<T>([&](int k) { return candidate_class[candidate + k] == own; });
      const T number = T(share[own]);
      if (!hides_self) {
        return {same, hides_others ? choose(same, T(1), T(0)) : T(1), choose(same, number, T(0))};
      }
      const mask_of<T> self = detail::is_candidate<T>(candidate, anchor);
      const mask_of<T> positive = same && !self;
      const T seen = hides_others ? choose(same, T(1), T(0)) : T(1);
      return {positive, choose(self, T(0), seen), choose(positive, number, T(0))};
    }
  };

  /// Labels as classes 0, 1, ... and the share of a positive in each.
  struct bound {
    std::vector<std::int32_t> anchor_class, candidate_class;
    std::vector<double> share;
    bool hides_self, hides_others;
    rule_type rule() const {
      return {mixcon::view(anchor_class), mixcon::view(candidate_class), mixcon::view(share), hides_self, hides_others};
    }
  };

  bound bind(const pair_space& space) const {
    const index_t rows = labels.size() * views;
    const bool other_rows = !candidate_labels.empty();
    MIXCON_REQUIRE(views >= 1, "label_targets: ", views, " views; expected at least 1");
    const bool one_view = space.anchors == labels.size() && order == view_order::view_major;
    MIXCON_REQUIRE(!labels.empty() && (space.anchors == rows || one_view), "label_targets: ", labels.size(), " labels x ",
                   views, " views for ", space.anchors,
                   " anchors; expected one label a sample and every view among the anchors (or the first view alone)");
    MIXCON_REQUIRE(space.candidates == (other_rows ? candidate_labels.size() : rows), "label_targets: ",
                   other_rows ? candidate_labels.size() : rows, " labelled candidates for ", space.candidates,
                   " candidates; expected as many. Do the candidates need candidate_labels of their own?");
    bound b{{}, {}, {}, !other_rows, others == visibility::hidden};
    std::map<std::int64_t, std::int32_t> class_of;
    auto number = [&](std::int64_t label) {
      return class_of.try_emplace(label, static_cast<std::int32_t>(class_of.size())).first->second;
    };
    const detail::stacked_rows stack{labels.size(), views, order};
    for (index_t a = 0; a < space.anchors; ++a) b.anchor_class.push_back(number(labels[stack.sample_of(a)]));
    for (index_t c = 0; c < space.candidates; ++c)
      b.candidate_class.push_back(number(other_rows ? candidate_labels[c] : labels[stack.sample_of(c)]));
    std::vector<index_t> members(class_of.size(), other_rows ? 0 : -1);  // a row of the class leaves itself out
    for (std::int32_t c : b.candidate_class) ++members[static_cast<std::size_t>(c)];
    for (index_t m : members) b.share.push_back(m > 0 ? 1.0 / static_cast<double>(m) : 0.0);
    return b;
  }
};

}  // namespace mixcon
