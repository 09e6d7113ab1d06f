// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets that compare classes across ranks: labels are gathered, 8 bytes a row, and shares are of all ranks' counts.

#include <mixcon/ranks/targets/over_ranks.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
namespace detail {

/// Refuses what does not travel in 8 bytes.
inline std::int64_t travelling_label(const char* targets, const integer_value& label) {
  MIXCON_REQUIRE(!label.is_beyond, targets, ": the label ", to_string(label),
                 " does not travel between ranks; expected labels of at most 2^63 - 1");
  return label.bits;
}
/// A label as it travels, and whether it is the ignored one.
struct label_of_row {
  std::int64_t label;
  bool is_ignored;
};

/// Rows of the same class over all ranks; the counterpart of same_class_bound.
class same_class_over_ranks {
 public:
  /// `anchors` and `candidates` are of this rank. With `hides_self` a rank's candidate i stands for its anchor i.
  template <class Board>
  same_class_over_ranks(const Board& board, const shards& rows, const std::vector<label_of_row>& anchors,
                        const std::vector<label_of_row>& candidates, bool hides_self, bool hides_others, bool skips)
      : me_(rows.me()), hides_self_(hides_self), hides_others_(hides_others) {
    std::vector<std::int64_t> labels;
    std::vector<char> ignored;
    for (const auto& c : candidates) labels.push_back(c.label), ignored.push_back(c.is_ignored);
    const auto all = board.all_of(labels.data(), labels.size());
    bool any_ignored = false;
    for (const char yes : ignored) any_ignored = any_ignored || yes != 0;
    bool anywhere = false;
    for (const char yes : board.each_of(static_cast<char>(any_ignored))) anywhere = anywhere || yes != 0;
    const std::vector<char> none =
        anywhere ? board.all_of(ignored.data(), ignored.size()).values : std::vector<char>(all.values.size());
    first_ = all.first;
    distinct_integers classes;
    for (std::size_t c = 0; c < all.values.size(); ++c)
      candidate_class_.push_back(none[c] ? 0
                                         : static_cast<std::int32_t>(classes.number(integer_value(all.values[c])) + 1));
    for (const auto& a : anchors)
      anchor_class_.push_back(a.is_ignored ? 0 : static_cast<std::int32_t>(classes.number(integer_value(a.label)) + 1));
    const auto last = static_cast<std::size_t>(classes.count()) + 1;
    share_.assign(last + 1, hides_self ? -1.0 : 0.0);
    for (const std::int32_t c : candidate_class_) share_[static_cast<std::size_t>(c)] += 1;
    for (double& s : share_) s = s > 0 ? 1 / s : 0;
    share_[0] = share_[last] = 0;
    for (std::int32_t& c : anchor_class_)
      if (c == 0) c = static_cast<std::int32_t>(last);
    if (hides_self)
      for (const std::int32_t c : candidate_class_)
        class_as_anchor_.push_back(c == 0 ? static_cast<std::int32_t>(last) : c);
    for (const auto& a : anchors) skipped_anchors_.push_back(skips && a.is_ignored);
    for (const auto& c : candidates) skipped_candidates_.push_back(skips && c.is_ignored);
  }

  same_class_rule rule(index_t rank) const {
    const auto from = static_cast<std::size_t>(rank);
    const vector_view<const std::int32_t> theirs{candidate_class_.data() + first_[from],
                                                 {first_[from + 1] - first_[from]}};
    return {mixcon::view(anchor_class_), theirs, mixcon::view(share_), hides_self_ && rank == me_, hides_others_};
  }
  /// Whether candidates are the anchors, so that the anchors of other ranks are known too.
  bool knows_all_anchors() const { return hides_self_; }
  /// The rule of some rank's anchors against another one's candidates, where `knows_all_anchors`.
  same_class_rule between(const part_of_rows& anchors, const part_of_rows& candidates) const {
    const auto part = [&](const std::vector<std::int32_t>& classes, const part_of_rows& of) {
      return vector_view<const std::int32_t>{classes.data() + first_[static_cast<std::size_t>(of.rank)] + of.first,
                                             {of.count}};
    };
    return {part(class_as_anchor_, anchors), part(candidate_class_, candidates), mixcon::view(share_), false,
            hides_others_};
  }
  bool skips_anchor(index_t a) const { return skipped_anchors_[static_cast<std::size_t>(a)] != 0; }
  bool skips_candidate(index_t c) const { return skipped_candidates_[static_cast<std::size_t>(c)] != 0; }

 private:
  index_t me_;
  bool hides_self_, hides_others_;
  std::vector<std::int32_t> anchor_class_, candidate_class_;  // of this rank's anchors; of all candidates
  std::vector<std::int32_t> class_as_anchor_;                 // of all candidates, where these are the anchors
  std::vector<index_t> first_;                                // each rank's candidates among these
  std::vector<double> share_;
  std::vector<char> skipped_anchors_, skipped_candidates_;
};

}  // namespace detail

/// Labels are of this rank's samples; equal labels of other ranks are positives too.
template <>
struct targets_over_ranks<label_targets> {
  template <class Board>
  static auto bind(const label_targets& targets, const pair_space& mine, const detail::shards& rows,
                   const Board& board) {
    const auto& labels = targets.labels;
    const bool other_rows = !targets.candidate_labels.empty();
    const auto asked = board.each_of(other_rows ? 1 : 0);
    const bool any_has_others = [&] {
      for (const int yes : asked)
        if (yes != 0) return true;
      return false;
    }();
    std::vector<detail::label_of_row> anchors, candidates;
    board.refuse_together([&] {
      // a rank without rows has no labels to hand in
      if (mine.anchors > 0 || mine.candidates > 0)
        MIXCON_REQUIRE(other_rows == any_has_others,
                       "label_targets: no candidate_labels here, and some on another rank; expected them on all ranks");
      if (mine.anchors > 0 && (mine.candidates > 0 || !any_has_others)) targets.bind(mine);  // what it refuses alone
      const detail::stacked_rows stack{labels.size(), targets.views, targets.order};
      const auto found = [&](const integer_value& label) {
        return detail::label_of_row{detail::travelling_label("label_targets", label), targets.ignored(label)};
      };
      MIXCON_REQUIRE(mine.anchors == 0 || !labels.empty(), "label_targets: no labels for ", mine.anchors,
                     " anchors; expected one each");
      MIXCON_REQUIRE(!any_has_others || targets.candidate_labels.size() == mine.candidates,
                     "label_targets: ", targets.candidate_labels.size(), " candidate_labels for ", mine.candidates,
                     " candidates; expected one each");
      MIXCON_REQUIRE(any_has_others || mine.candidates == labels.size() * targets.views,
                     "label_targets: ", labels.size(), " labels x ", targets.views, " views for ", mine.candidates,
                     " candidates; expected one label a sample");
      for (index_t a = 0; a < mine.anchors; ++a) anchors.push_back(found(labels.value(stack.sample_of(a))));
      for (index_t c = 0; c < mine.candidates; ++c)
        candidates.push_back(
            found(any_has_others ? targets.candidate_labels.value(c) : labels.value(stack.sample_of(c))));
    });
    return detail::same_class_over_ranks(board, rows, anchors, candidates, !any_has_others,
                                         targets.others == visibility::hidden,
                                         targets.ignored_anchors == ignored_anchor::skip);
  }
};

/// Each rank has the views of its own samples: `samples` is how many this rank has, and may be 0.
template <>
struct targets_over_ranks<view_targets> {
  template <class Board>
  static auto bind(const view_targets& targets, const pair_space& mine, const detail::shards& rows,
                   const Board& board) {
    std::vector<detail::label_of_row> anchors, candidates;
    board.refuse_together([&] {
      MIXCON_REQUIRE(targets.samples >= 0 && targets.views >= 2, "view_targets: ", targets.samples, " samples and ",
                     targets.views, " views; expected at least 0 and 2");
      MIXCON_REQUIRE(targets.samples > 0 || (mine.anchors == 0 && mine.candidates == 0), "view_targets: 0 samples for ",
                     mine.anchors, " anchors and ", mine.candidates, " candidates; expected none");
      if (targets.samples > 0) targets.bind(mine);  // what it refuses alone
    });
    index_t first = 0;
    const auto samples = board.each_of(targets.samples);
    for (index_t r = 0; r < rows.me(); ++r) first += samples[static_cast<std::size_t>(r)];
    const detail::stacked_rows stack{targets.samples, targets.views, targets.order};
    for (index_t a = 0; a < mine.anchors; ++a) anchors.push_back({first + stack.sample_of(a), false});
    for (index_t c = 0; c < mine.candidates; ++c) candidates.push_back({first + stack.sample_of(c), false});
    return detail::same_class_over_ranks(board, rows, anchors, candidates, true, false, true);
  }
};

/// Class c is anchor c of all, in the ranks' order; labels are of this rank's candidates.
template <>
struct targets_over_ranks<member_targets> {
  struct bound {
    std::vector<std::int32_t> class_of;  // of all candidates
    std::vector<double> share;           // of all anchors
    index_t first_anchor, first_own;
    std::vector<index_t> first;
    bool skips_ignored;
    auto rule(index_t rank) const {
      return detail::shifted_rule<member_targets::rule_type>{{mixcon::view(class_of), mixcon::view(share)},
                                                             {first_anchor, first[static_cast<std::size_t>(rank)]}};
    }
    bool skips_candidate(index_t c) const {
      return skips_ignored && class_of[static_cast<std::size_t>(first_own + c)] < 0;
    }
  };
  template <class Board>
  static bound bind(const member_targets& targets, const pair_space& mine, const detail::shards& rows,
                    const Board& board) {
    const auto own = detail::bind_together(board, [&] {
      MIXCON_REQUIRE(targets.labels.size() == mine.candidates, "member_targets: ", targets.labels.size(),
                     " labels for ", mine.candidates, " candidates; expected one each");
      return detail::class_indices("member_targets", targets.labels, rows.all().anchors, targets.ignored);
    });
    bound b{board.all_of(own.data(), own.size()).values,
            std::vector<double>(static_cast<std::size_t>(rows.all().anchors)),
            rows.first(rows.me()).anchors,
            rows.first(rows.me()).candidates,
            detail::first_candidates(rows),
            targets.ignored_anchors == ignored_anchor::skip};
    for (const std::int32_t c : b.class_of)
      if (c >= 0) b.share[static_cast<std::size_t>(c)] += 1;
    for (double& x : b.share) x = x > 0 ? 1 / x : 0;
    return b;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
