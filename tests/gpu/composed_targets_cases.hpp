// SPDX-License-Identifier: BSD-3-Clause
// Every targets rule that is made of others.
#pragma once

#include "gpu/cases.hpp"

#include <mixcon/bridge/mixed_targets.hpp>

namespace mixcon_test {

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
