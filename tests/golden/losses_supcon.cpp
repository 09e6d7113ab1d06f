// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <numeric>
#include <stdexcept>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// Stacked views against themselves.
template <class T, class Loss, class Targets>
void check_stacked(golden_case& of, const named_engine& by, const Loss& loss, const stacked_views<T>& z,
                   const Targets& targets) {
  objective criterion{loss, read_similarity(of)};
  criterion.without_positive = read_no_positive(of);
  const index_t anchors = read_first_view_alone(of) ? z.samples : z.rows.rows;
  matrix<T> rows = z.rows, gradient = zeros_like(rows);
  const T value = value_and_grad(by, criterion, targets, rows.top(anchors), rows.view(),
                                 {.anchors = gradient.top(anchors), .candidates = {gradient.view()}});

  const auto within = tolerance_of<T>(criterion, targets, rows.top(anchors), {rows.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", in_order_of_case(z, gradient), within);
}

/// Labels, or a mask over samples, or neither: then every sample is a class of its own.
template <class T>
void check_supcon_outside(golden_case& of, const named_engine& by) {
  const stacked_views<T> z = read_stacked_views<T>(of);
  const info_nce loss = read_info_nce(of);
  if (of.inputs.has("mask")) {
    if (of.inputs.has("labels")) throw std::runtime_error("inputs.labels and inputs.mask together");
    const matrix<T> mask = read_matrix<T>(of, "mask");
    const auto shares = mask.view();
    return check_stacked(of, by, loss, z, mask_targets(shares, z.views));
  }
  std::vector<index_t> labels(static_cast<std::size_t>(z.samples));
  std::iota(labels.begin(), labels.end(), index_t{0});
  if (of.inputs.has("labels")) labels = read_labels(of, z);
  check_stacked(of, by, loss, z, label_targets{.labels = labels, .views = z.views});
}

template <class T>
void check_supcon_inside(golden_case& of, const named_engine& by) {
  const stacked_views<T> z = read_stacked_views<T>(of);
  const std::vector<index_t> labels = read_labels(of, z);
  const supcon_inside loss{.temperature = of.params.number("temperature")};
  check_stacked(of, by, loss, z, label_targets{.labels = labels, .views = z.views});
}

const known_loss supcon_out{"supcon_out", check_supcon_outside<double>, check_supcon_outside<float>};
const known_loss supcon_in{"supcon_in", check_supcon_inside<double>, check_supcon_inside<float>};

}  // namespace
}  // namespace mixcon_golden
