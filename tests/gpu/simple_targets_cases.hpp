// SPDX-License-Identifier: BSD-3-Clause
// Every targets rule that stands alone.
#pragma once

#include "gpu/cases.hpp"

namespace mixcon_test {

/// Targets from a function of two indices, as a user writes them.
struct ring_of_neighbours {
  MIXCON_HD mixcon::role<double> operator()(index_t anchor, index_t candidate) const {
    if (candidate == anchor) return mixcon::hidden_pair();
    return candidate == (anchor + 1) % (2 * samples) ? mixcon::positive_pair(0.75) : mixcon::negative_pair(0.5);
  }
};

inline void check_simple_targets(row_report& report) {
  const std::vector<int> labels = sample_labels(), other_labels{4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 4};
  const rows_of_numbers mask = sparse_shares(samples, samples, 8);
  const rows_of_numbers target = sparse_shares(2 * samples, 2 * samples, 9),
                        weight = shares(2 * samples, 2 * samples, 10);
  const auto masks = mask.view(), targets = target.view(), weights = weight.view();
  const rows_of_numbers z = random_rows(samples, embedding_width, 11);
  const row_inputs other_rows{z, {random_rows(11, embedding_width, 12)}};

  check_targets("diagonal_targets", mixcon::diagonal_targets{}, two_views(), report);
  check_targets("view_targets", mixcon::view_targets{.samples = samples}, two_views(), report);
  check_targets("view_targets, 4 views, sample-major",
                mixcon::view_targets{.samples = samples / 2, .views = 4, .order = mixcon::view_order::sample_major},
                two_views(), report);
  check_targets("label_targets", mixcon::label_targets{.labels = labels, .views = 2}, two_views(), report);
  check_targets("label_targets, others hidden",
                mixcon::label_targets{.labels = labels, .views = 2, .others = mixcon::visibility::hidden}, two_views(),
                report);
  check_targets("label_targets, candidates of other labels",
                mixcon::label_targets{.labels = labels, .candidate_labels = other_labels}, other_rows, report);
  check_targets("mask_targets", mixcon::mask_targets{masks, 2}, two_views(), report);
  check_targets("matrix_targets", mixcon::matrix_targets{targets}, two_views(), report);
  check_targets("matrix_targets with weights", mixcon::matrix_targets{targets, weights}, two_views(), report);
  check_targets("targets_of a function", mixcon::targets_of(ring_of_neighbours{}), two_views(), report);
}

}  // namespace mixcon_test
