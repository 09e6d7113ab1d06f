// SPDX-License-Identifier: BSD-3-Clause
// Every statistic, over every set of pairs.
#pragma once

#include "gpu/cases.hpp"

namespace mixcon_test {

template <class Set>
void check_statistics_over(const char* set, row_report& report) {
  const row_inputs inputs = two_views();
  const rows_of_numbers target = sparse_shares(2 * samples, 2 * samples, 2),
                        weight = shares(2 * samples, 2 * samples, 3);
  const auto targets = target.view(), weights = weight.view();
  report.check(std::string("every statistic over ") + set,
               mixcon::objective{every_statistic<Set>{}, mixcon::dot_product{}},
               mixcon::matrix_targets{targets, weights}, inputs);
}

inline void check_statistics(row_report& report) {
  check_statistics_over<mixcon::over::all_candidates>("candidates", report);
  check_statistics_over<mixcon::over::all_positives>("positives", report);
  check_statistics_over<mixcon::over::all_negatives>("negatives", report);
  check_statistics_over<mixcon::over::all_targets>("targets", report);
}

}  // namespace mixcon_test
