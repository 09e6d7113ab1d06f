// SPDX-License-Identifier: BSD-3-Clause
// Every targets rule.
#pragma once

#include "gpu/cases.hpp"

#include <mixcon/bridge/mixed_targets.hpp>

namespace mixcon_test {

/// Targets from a function of two indices, as a user writes them.
struct ring_of_neighbours {
  MIXCON_HD mixcon::role<double> operator()(index_t anchor, index_t candidate) const {
    if (candidate == anchor) return mixcon::hidden_pair();
    return candidate == (anchor + 1) % (2 * samples) ? mixcon::positive_pair(0.75) : mixcon::negative_pair(0.5);
  }
};

template <class Targets>
void check_targets(const char* title, const Targets& targets, const row_inputs& inputs, row_report& report) {
  report.check(title, mixcon::contrast{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}}, targets, inputs);
}

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

inline void check_composed_targets(row_report& report) {
  const std::vector<int> labels = sample_labels();
  const rows_of_numbers z = random_rows(2 * samples, embedding_width, 13);
  const row_inputs with_universum{z, {z, random_rows(9, embedding_width, 14)}};
  const row_inputs with_own{
      z, {random_rows(45, embedding_width, 15)}, random_rows(2 * samples, 2 * embedding_width, 16)};
  std::vector<index_t> partner;
  for (index_t a = 0; a < 2 * samples; ++a) partner.push_back((a * 3 + 5) % (2 * samples));
  const std::vector<double> lambda = shares(1, 2 * samples, 17).data, one_lambda{0.375};
  const mixcon::label_targets by_label{.labels = labels, .views = 2};

  check_targets("segments of labels and negatives", mixcon::segments(by_label, mixcon::every_negative{}),
                with_universum, report);
  check_targets("segments of the diagonal and positives",
                mixcon::segments(mixcon::diagonal_targets{}, mixcon::every_positive{}), with_universum, report);
  check_targets("queue_targets", mixcon::queue_targets{}, with_own, report);
  check_targets("own_targets with shared positives",
                mixcon::own_targets<mixcon::every_positive, mixcon::diagonal_targets>{}, with_own, report);
  check_targets("mixed_targets of the diagonal", mixcon::mixed_targets{mixcon::diagonal_targets{}, lambda, partner},
                two_views(), report);
  check_targets("mixed_targets of labels", mixcon::mixed_targets{by_label, one_lambda, partner}, two_views(), report);
  check_targets("mixed_targets of a queue", mixcon::mixed_targets{mixcon::queue_targets{}, lambda, partner}, with_own,
                report);
  check_targets("mixed_targets of segments",
                mixcon::mixed_targets{mixcon::segments(by_label, mixcon::every_negative{}), lambda, partner},
                with_universum, report);
}

}  // namespace mixcon_test
