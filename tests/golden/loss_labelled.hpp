// SPDX-License-Identifier: BSD-3-Clause
// Losses of embeddings `z` (N, D) and their labels, one each.
#pragma once

#include "golden/loss_checks.hpp"

namespace mixcon_golden {

/// The largest |distance| or |squared distance| is no inner product: its rounding is that of the rows' squares.
template <class T, class Objective, class Targets>
tolerance labelled_tolerance(const Objective& objective, const Targets& targets, const matrix<T>& z, double steepness) {
  tolerance within = tolerance_of<T>(objective, targets, z.view(), {z.view()});
  if (!std::is_same_v<T, double>) within.value *= steepness, within.gradient *= steepness;
  return within;
}

/// Value and gradient of one set of rows that are anchors and candidates. `steepness`: how much faster than the logits
/// what the formula exponentiates grows.
template <class T, class Objective>
void check_labelled(golden_case& of, const named_engine& by, const Objective& objective, double steepness = 1) {
  const matrix<T> z = read_matrix<T>(of, "z");
  const std::vector<index_t> labels = of.inputs.indices("labels");
  const mixcon::label_targets targets{.labels = labels};
  matrix<T> gradient = zeros_like(z);
  const T value = value_and_grad(by, objective, targets, z.view(), gradient.view());
  const auto within = labelled_tolerance(objective, targets, z, steepness);
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", gradient.numbers, within);
}

}  // namespace mixcon_golden
