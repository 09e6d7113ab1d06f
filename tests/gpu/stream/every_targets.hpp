// SPDX-License-Identifier: BSD-3-Clause
// Calls visit(title, targets, rows) for every targets of the library, each of its own type, in four groups.
#pragma once

#include "gpu/stream/inputs.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/contrast/targets/class.hpp>

namespace mixcon_test {

/// Targets from a function of two indices, as a user writes them.
struct near_neighbours {
  MIXCON_HD mixcon::role<double> operator()(index_t anchor, index_t candidate) const {
    if (candidate == anchor) return mixcon::hidden_pair();
    return candidate == (anchor + 1) % 40 ? mixcon::positive_pair(0.75) : mixcon::negative_pair(0.5);
  }
};

/// What the targets below refer to.
struct targets_data {
  std::vector<int> labels{0, 2, 4, 1, 3, 0, 2, 4, 1, 3, 0, 2, 4, 1, 3, 0, 2, 4, 1, 3};
  std::vector<int> some_ignored{0, 2, -1, 1, 3, 0, 2, 4, 1, 3, 0, 2, 4, 1, -1, 0, 2, 4, 1, 3};
  std::vector<int> one_class = std::vector<int>(20, 7), other_labels{4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 4};
  numbers_by_row mask = sparse(20, 8), target = sparse(40, 9), weight = exact_shares(40, 40, 10);
  std::vector<double> lambda = exact_shares(1, 40, 17).data, one_lambda{0.375};
  std::vector<index_t> partner = partners();
  numbers_by_row z = exact_rows(40, 6, 13);
  call_rows views{exact_rows(40, 7, 1)};
  call_rows pairs{exact_rows(40, 7, 1), {exact_rows(40, 7, 2)}};
  call_rows other{exact_rows(20, 9, 11), {exact_rows(11, 9, 12)}};
  call_rows universum{z, {z, exact_rows(9, 6, 14)}};
  call_rows queue{z, {exact_rows(45, 6, 15)}, exact_rows(40, 12, 16)};

  mixcon::label_targets by_label() const { return {.labels = labels, .views = 2}; }
  static const targets_data& get() {
    static const targets_data one;
    return one;
  }

 private:
  /// About two thirds of the entries are 0, but for the diagonal.
  static numbers_by_row sparse(index_t rows, unsigned seed) {
    numbers_by_row made = exact_shares(rows, rows, seed);
    for (index_t a = 0; a < rows; ++a)
      for (index_t c = 0; c < rows; ++c)
        if (a != c && (a + 2 * c) % 3 != 0) made.view()(a, c) = 0;
    return made;
  }
  static std::vector<index_t> partners() {
    std::vector<index_t> made;
    for (index_t a = 0; a < 40; ++a) made.push_back((a * 3 + 5) % 40);
    return made;
  }
};

template <class Visit>
void for_each_plain_targets(Visit&& visit) {
  using namespace mixcon;
  const targets_data& d = targets_data::get();
  visit("diagonal", diagonal_targets{}, d.pairs);
  visit("other_rows", other_rows{}, d.views);
  visit("views", view_targets{.samples = 20}, d.views);
  visit("4 views, sample-major", view_targets{.samples = 10, .views = 4, .order = view_order::sample_major}, d.views);
  visit("classes", class_targets{.labels = d.labels}, d.other);
  visit("a function", targets_of(near_neighbours{}), d.views);
}
template <class Visit>
void for_each_table_of_targets(Visit&& visit) {
  using namespace mixcon;
  const targets_data& d = targets_data::get();
  const auto masks = d.mask.view(), targets = d.target.view(), weights = d.weight.view();
  visit("labels", d.by_label(), d.views);
  visit("labels, some ignored", label_targets{.labels = d.some_ignored, .views = 2, .ignored = -1}, d.views);
  visit("labels of one class", label_targets{.labels = d.one_class, .views = 2}, d.views);
  visit("labels, others hidden", label_targets{.labels = d.labels, .views = 2, .others = visibility::hidden}, d.views);
  visit("labels of other candidates", label_targets{.labels = d.labels, .candidate_labels = d.other_labels}, d.other);
  visit("mask", mask_targets{masks, 2}, d.views);
  visit("matrix", matrix_targets{targets}, d.views);
  visit("matrix with weights", matrix_targets{targets, weights}, d.views);
}
template <class Visit>
void for_each_composed_targets(Visit&& visit) {
  using namespace mixcon;
  const targets_data& d = targets_data::get();
  visit("segments", segments(d.by_label(), every_negative{}), d.universum);
  visit("segments of the diagonal and positives", segments(diagonal_targets{}, every_positive{}), d.universum);
  visit("queue", queue_targets{}, d.queue);
  visit("own with shared positives", own_targets<every_positive, diagonal_targets>{}, d.queue);
}
template <class Visit>
void for_each_mixed_targets(Visit&& visit) {
  using namespace mixcon;
  const targets_data& d = targets_data::get();
  visit("mixed, diagonal", mixed_targets{diagonal_targets{}, d.lambda, d.partner}, d.pairs);
  visit("mixed, labels", mixed_targets{d.by_label(), d.one_lambda, d.partner}, d.views);
  visit("mixed, queue", mixed_targets{queue_targets{}, d.lambda, d.partner}, d.queue);
  visit("mixed, segments", mixed_targets{segments(d.by_label(), every_negative{}), d.lambda, d.partner}, d.universum);
}
template <class Visit>
void for_each_targets(Visit&& visit) {
  for_each_plain_targets(visit);
  for_each_table_of_targets(visit);
  for_each_composed_targets(visit);
  for_each_mixed_targets(visit);
}

}  // namespace mixcon_test
