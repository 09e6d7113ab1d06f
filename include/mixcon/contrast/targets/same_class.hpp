// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The rule that targets from labels, masks and views share: rows of one class, and how views are stacked.

#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/distinct_integers.hpp>

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

/// Rows of one class are positives of each other, in equal shares. Classes are numbered 1, 2, ..., K; a candidate of no
/// class has number 0 and an anchor of none K + 1, whose shares are 0: either side may be asked as the anchors.
struct same_class_rule {
  vector_view<const std::int32_t> anchor_class, candidate_class;  // (N), (M), without gaps
  vector_view<const double> share;                                // (K + 2), by class: 1 / number of positives
  bool hides_self = true, hides_others = false;

  same_class_rule transposed() const { return {candidate_class, anchor_class, share, hides_self, hides_others}; }
  template <class F>
  void each_view(F&& f) {
    f(anchor_class), f(candidate_class), f(share);
  }

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
      : anchor_class_(space.memory),
        candidate_class_(space.memory),
        share_(space.memory),
        skipped_anchors_{scratch<char>(space.memory)},
        skipped_candidates_{scratch<char>(space.memory)},
        hides_self_(hides_self),
        hides_others_(hides_others) {
    distinct_integers classes(space.memory);  // numbered from 1: 0 is that of rows without a class
    auto number = [&](const integer_value& label, index_t row, index_t rows, marked_rows& skipped) {
      if (!ignored(label)) return static_cast<std::int32_t>(classes.number(label) + 1);
      if (ignored_anchors == ignored_anchor::skip) skipped.mark(row, rows);
      return std::int32_t{0};
    };
    for (index_t a = 0; a < space.anchors; ++a)
      anchor_class_.push_back(number(anchor_label(a), a, space.anchors, skipped_anchors_));
    for (index_t c = 0; c < space.candidates; ++c)
      candidate_class_.push_back(number(candidate_label(c), c, space.candidates, skipped_candidates_));
    const auto last = static_cast<std::size_t>(classes.count()) + 1;
    share_.assign(last + 1, hides_self ? -1.0 : 0.0);  // how many candidates there are of each, without the anchor
    for (std::int32_t c : candidate_class_) share_[static_cast<std::size_t>(c)] += 1;
    for (double& s : share_) s = s > 0 ? 1 / s : 0;
    share_[0] = share_[last] = 0;
    for (std::int32_t& c : anchor_class_)
      if (c == 0) c = static_cast<std::int32_t>(last);
  }
  bool skips_anchor(index_t anchor) const { return skipped_anchors_[anchor]; }
  bool skips_candidate(index_t candidate) const { return skipped_candidates_[candidate]; }
  same_class_rule rule() const {
    return {mixcon::view(anchor_class_), mixcon::view(candidate_class_), mixcon::view(share_), hides_self_,
            hides_others_};
  }

 private:
  scratch<std::int32_t> anchor_class_, candidate_class_;
  scratch<double> share_;
  marked_rows skipped_anchors_, skipped_candidates_;
  bool hides_self_, hides_others_;
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
