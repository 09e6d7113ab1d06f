// SPDX-License-Identifier: BSD-3-Clause
// Calls visit(title, targets, rows) for every targets of the library, each of its own type.
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

template <class Visit>
void for_each_targets(Visit&& visit) {
  using namespace mixcon;
  static const std::vector<int> labels{0, 2, 4, 1, 3, 0, 2, 4, 1, 3, 0, 2, 4, 1, 3, 0, 2, 4, 1, 3};
  static const std::vector<int> some_ignored{0, 2, -1, 1, 3, 0, 2, 4, 1, 3, 0, 2, 4, 1, -1, 0, 2, 4, 1, 3};
  static const std::vector<int> one_class(20, 7), other_labels{4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 4};
  static const numbers_by_row mask = [] {
    numbers_by_row m = exact_shares(20, 20, 8);
    for (index_t a = 0; a < 20; ++a)
      for (index_t c = 0; c < 20; ++c)
        if (a != c && (a + 2 * c) % 3 != 0) m.view()(a, c) = 0;
    return m;
  }();
  static const numbers_by_row target = [] {
    numbers_by_row m = exact_shares(40, 40, 9);
    for (index_t a = 0; a < 40; ++a)
      for (index_t c = 0; c < 40; ++c)
        if (a != c && (a + 2 * c) % 3 != 0) m.view()(a, c) = 0;
    return m;
  }();
  static const numbers_by_row weight = exact_shares(40, 40, 10);
  static const std::vector<double> lambda = exact_shares(1, 40, 17).data, one_lambda{0.375};
  static const std::vector<index_t> partner = [] {
    std::vector<index_t> p;
    for (index_t a = 0; a < 40; ++a) p.push_back((a * 3 + 5) % 40);
    return p;
  }();
  const auto masks = mask.view(), targets = target.view(), weights = weight.view();
  const call_rows views{exact_rows(40, 7, 1)};
  const call_rows other{exact_rows(20, 9, 11), {exact_rows(11, 9, 12)}};
  const numbers_by_row z = exact_rows(40, 6, 13);
  const call_rows universum{z, {z, exact_rows(9, 6, 14)}};
  const call_rows queue{z, {exact_rows(45, 6, 15)}, exact_rows(40, 12, 16)};
  const label_targets by_label{.labels = labels, .views = 2};

  visit("diagonal", diagonal_targets{}, views);
  visit("other_rows", other_rows{}, views);
  visit("views", view_targets{.samples = 20}, views);
  visit("4 views, sample-major", view_targets{.samples = 10, .views = 4, .order = view_order::sample_major}, views);
  visit("labels", by_label, views);
  visit("labels, some ignored", label_targets{.labels = some_ignored, .views = 2, .ignored = -1}, views);
  visit("labels of one class", label_targets{.labels = one_class, .views = 2}, views);
  visit("labels, others hidden", label_targets{.labels = labels, .views = 2, .others = visibility::hidden}, views);
  visit("labels of other candidates", label_targets{.labels = labels, .candidate_labels = other_labels}, other);
  visit("classes", class_targets{.labels = labels}, other);
  visit("mask", mask_targets{masks, 2}, views);
  visit("matrix", matrix_targets{targets}, views);
  visit("matrix with weights", matrix_targets{targets, weights}, views);
  visit("a function", targets_of(near_neighbours{}), views);
  visit("segments", segments(by_label, every_negative{}), universum);
  visit("segments of the diagonal and positives", segments(diagonal_targets{}, every_positive{}), universum);
  visit("queue", queue_targets{}, queue);
  visit("own with shared positives", own_targets<every_positive, diagonal_targets>{}, queue);
  visit("mixed, diagonal", mixed_targets{diagonal_targets{}, lambda, partner}, views);
  visit("mixed, labels", mixed_targets{by_label, one_lambda, partner}, views);
  visit("mixed, queue", mixed_targets{queue_targets{}, lambda, partner}, queue);
  visit("mixed, segments", mixed_targets{segments(by_label, every_negative{}), lambda, partner}, universum);
}

}  // namespace mixcon_test
