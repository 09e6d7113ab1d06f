// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The rule that targets from labels, masks and views share: rows of one class, and how views are stacked.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/distinct_integers.hpp>
#include <mixcon/core/integer_value.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Whether rows that are no positives are seen at all.
enum class visibility { visible, hidden };

/// How V views of N samples are stacked into V * N rows.
enum class view_order {
  view_major,    // row v * N + i is view v of sample i
  sample_major,  // row i * V + v is view v of sample i
};

namespace detail {

/// Which sample a stacked row shows.
struct stacked_rows {
  index_t samples = 0, views = 1;
  view_order order = view_order::view_major;
  MIXCON_HD constexpr index_t sample_of(index_t row) const {
    return order == view_order::view_major ? row % samples : row / views;
  }
};

/// Rows of one class are positives of each other, in equal shares. Classes are numbered 0, 1, ...
struct same_class_rule {
  vector_view<const std::int32_t> anchor_class, candidate_class;  // (N), (M), without gaps; candidates without: -1
  vector_view<const double> share;                                // by class: 1 / number of positives
  bool hides_self = true, hides_others = false;

  template <class T>
  MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
    const std::int32_t own = anchor_class[anchor];
    const mask_of<T> same = is_class<T>(candidate_class.data() + candidate, own);
    const T seen = hides_others ? choose(same, T(1), T(0)) : T(1);
    if (!hides_self) return {same, seen, choose(same, T(share[own]), T(0))};
    const mask_of<T> self = is_candidate<T>(candidate, anchor);
    const mask_of<T> positive = same && !self;
    return {positive, choose(self, T(0), seen), choose(positive, T(share[own]), T(0))};
  }
};

/// Labels as classes, and what a positive's share is in each.
class same_class_bound {
 public:
  /// `anchor_label(a)`, `candidate_label(c)`: any integers. With `hides_self` the candidate of an anchor's own index
  /// stands for the anchor, is of its class, and does not count. Rows of the ignored label are of no class.
  template <class AnchorLabel, class CandidateLabel>
  same_class_bound(const pair_space& space, AnchorLabel&& anchor_label, CandidateLabel&& candidate_label,
                   bool hides_self, bool hides_others, const ignored_label& ignored = {},
                   ignored_anchor ignored_anchors = ignored_anchor::skip)
      : hides_self_(hides_self), hides_others_(hides_others) {
    distinct_integers classes;
    auto number = [&](const integer_value& label, index_t row, index_t rows, marked_rows& skipped) {
      if (!ignored(label)) return static_cast<std::int32_t>(classes.number(label));
      if (ignored_anchors == ignored_anchor::skip) skipped.mark(row, rows);
      return std::int32_t{-1};
    };
    for (index_t a = 0; a < space.anchors; ++a)
      anchor_class_.push_back(number(anchor_label(a), a, space.anchors, skipped_anchors_));
    for (index_t c = 0; c < space.candidates; ++c)
      candidate_class_.push_back(number(candidate_label(c), c, space.candidates, skipped_candidates_));
    std::vector<index_t> members(static_cast<std::size_t>(classes.count()), hides_self ? -1 : 0);
    for (std::int32_t c : candidate_class_)
      if (c >= 0) ++members[static_cast<std::size_t>(c)];
    for (index_t m : members) share_.push_back(m > 0 ? 1.0 / static_cast<double>(m) : 0.0);
    // anchors of no class: a class that has a share to look up and no candidate
    for (std::int32_t& c : anchor_class_)
      if (c < 0) c = static_cast<std::int32_t>(classes.count());
    share_.push_back(0.0);
  }
  bool skips_anchor(index_t anchor) const { return skipped_anchors_[anchor]; }
  bool skips_candidate(index_t candidate) const { return skipped_candidates_[candidate]; }
  same_class_rule rule() const {
    return {mixcon::view(anchor_class_), mixcon::view(candidate_class_), mixcon::view(share_), hides_self_,
            hides_others_};
  }

 private:
  std::vector<std::int32_t> anchor_class_, candidate_class_;
  std::vector<double> share_;
  marked_rows skipped_anchors_, skipped_candidates_;
  bool hides_self_, hides_others_;
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
