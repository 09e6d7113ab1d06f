// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets that stand with a loss or with negatives, across ranks: those of SupMix, and lists of own negatives.

#include <mixcon/losses/supmix.hpp>
#include <mixcon/negatives/negative_list.hpp>
#include <mixcon/ranks/targets/composed.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The list is of this rank's anchors, and names its own candidates.
template <>
struct targets_over_ranks<listed_targets> : detail::with_negatives_elsewhere {};

/// Labels are of this rank's images; a mixture's images are both on one rank. The rows of a class are those of all.
template <>
struct targets_over_ranks<supmix_targets> {
  template <class Board>
  static auto bind(const supmix_targets& targets, const pair_space& mine, const detail::shards& rows,
                   const Board& board) {
    const index_t samples = targets.labels.size();
    std::vector<std::int64_t> first, second;
    std::vector<char> no_first, no_second;
    board.refuse_together([&] {
      MIXCON_REQUIRE(samples > 0 || (mine.anchors == 0 && mine.candidates == 0), "supmix_targets: no labels for ",
                     mine.anchors, " anchors; expected one an image");
      if (samples > 0) targets.bind(mine);  // what it refuses alone
      for (index_t row = 0; row < 2 * samples; ++row) {
        const integer_value one = targets.labels.value(row % samples),
                            two = targets.labels.value(row < samples ? row : 2 * samples - 1 - row);
        first.push_back(detail::travelling_label("supmix_targets", one)), no_first.push_back(targets.ignored(one));
        second.push_back(detail::travelling_label("supmix_targets", two)), no_second.push_back(targets.ignored(two));
      }
    });
    const numbering<Board> number{board};
    detail::shifted_bound<supmix_targets::bound> b{
        {}, rows.first(rows.me()).anchors, detail::first_candidates(rows), rows.first(rows.me()).candidates};
    number(first, no_first, targets.lambda, b.held.own, b.held.own_share);
    number(second, no_second, 1 - targets.lambda, b.held.other, b.held.other_share);
    const index_t all = rows.all().anchors, mine_at = rows.first(rows.me()).anchors;
    for (index_t row = 0; targets.ignored_anchors == ignored_anchor::skip && row < 2 * samples; ++row)
      if ((targets.lambda == 0 || no_first[static_cast<std::size_t>(row)]) &&
          (targets.lambda == 1 || no_second[static_cast<std::size_t>(row)]))
        b.held.skipped.mark(mine_at + row, all);
    return b;
  }

 private:
  template <class Board>
  struct numbering {
    const Board& board;
    void operator()(const std::vector<std::int64_t>& labels, const std::vector<char>& none, double mass,
                    scratch<std::int32_t>& classes, scratch<double>& share) const {
      const auto all = board.all_of(labels.data(), labels.size());
      const auto ignored = board.all_of(none.data(), none.size());
      const auto at = [](const auto& list, index_t row) { return list.values[static_cast<std::size_t>(row)]; };
      detail::number_mixed_classes(
          nullptr, static_cast<index_t>(all.values.size()), [&](index_t row) { return integer_value(at(all, row)); },
          [&](index_t row) { return at(ignored, row) != 0; }, mass, classes, share);
    }
  };
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
