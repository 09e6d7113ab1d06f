// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets chosen at run time where rows lie in several processes: one rule for each block, of the same type as alone,
// so that the engine is not compiled again.

#include "targets.hpp"
#include "transport.hpp"

#include <mixcon/ranks/targets/over_ranks.hpp>

namespace mixcon_python {

/// Classes of this rank's anchors and of each rank's candidates; the counterpart of numbered_classes.
struct classes_of_ranks {
  std::vector<std::int32_t> anchors{};
  std::vector<std::vector<std::int32_t>> candidates{};  // by rank
  std::vector<double> share{};
  bool hides_self = false, hides_others = false;
  std::vector<char> skipped_anchors{}, skipped_candidates{};  // of this rank's; empty: none

  /// `is_mine`: the block is this rank's own, where candidate i may be anchor i.
  detail::same_class_rule rule(index_t rank, bool is_mine) const {
    return {view(anchors), view(candidates[static_cast<std::size_t>(rank)]), view(share), hides_self && is_mine,
            hides_others};
  }
};

/// What any_targets of one rank's rows say of the rows of all.
struct any_bound_over_ranks {
  any_rule plain{};
  classes_of_ranks first{}, second{};
  std::vector<index_t> partner{};
  std::vector<index_t> in_first{};         // of each rank: how many candidates have classes, the first ones
  std::vector<index_t> first_candidate{};  // of each rank among all, and their number; of a table
  index_t me = 0;

  any_rule rule(index_t rank) const;
  bool skips_anchor(index_t anchor) const;
  bool skips_candidate(index_t candidate) const;
};

}  // namespace mixcon_python

namespace mixcon {

/// Labels and views compare rows of all ranks. A table is of this rank's anchors and the candidates of all.
template <>
struct targets_over_ranks<mixcon_python::any_targets> {
  using board_type = detail::rank_board<mixcon_python::any_ranks>;
  static mixcon_python::any_bound_over_ranks bind(const mixcon_python::any_targets& targets, const pair_space& mine,
                                                  const detail::shards& rows, const board_type& board);
};

}  // namespace mixcon
