// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_unicon(golden_case& of, const named_engine& by) {
  stacked_views<T> z = read_stacked_views<T>(of);
  const matrix<T> u = read_matrix<T>(of, "u");
  const std::vector<index_t> labels = read_labels(of, z);
  objective criterion{read_info_nce(of), read_similarity(of)};
  criterion.without_positive = read_no_positive(of);
  const label_targets targets = unicon_targets(labels, z.views);
  const index_t anchors = read_first_view_alone(of) ? z.samples : z.rows.rows;
  matrix<T> by_z = zeros_like(z.rows), by_u = zeros_like(u);
  const T value = value_and_grad(by, criterion, targets, z.rows.top(anchors), u.view(),
                                 {.anchors = by_z.top(anchors), .candidates = {by_u.view()}});

  const auto within = tolerance_of<T>(criterion, targets, z.rows.top(anchors), {u.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", in_order_of_case(z, by_z), within);
  expect_gradient(of, "grad_u", by_u.numbers, within);
}

template <class T>
void check_unicon_negatives(golden_case& of, const named_engine& by) {
  const stacked_views<T> z = read_stacked_views<T>(of);
  const matrix<T> u = read_matrix<T>(of, "u");
  const std::vector<index_t> labels = read_labels(of, z);
  const visibility real_negatives =
      of.params.raw("real_negatives").get<bool>() ? visibility::visible : visibility::hidden;
  objective criterion{info_nce{.temperature = of.params.number("temperature")}, read_similarity(of)};
  criterion.without_positive = read_no_positive(of);
  const auto targets = unicon_negative_targets(labels, z.views, real_negatives);
  matrix<T> by_z = zeros_like(z.rows), by_u = zeros_like(u);
  const auto rows = z.rows.view(), universum = u.view();
  const T value = value_and_grad(by, criterion, targets, rows, candidates(rows, universum),
                                 {.anchors = by_z.view(), .candidates = {by_z.view(), by_u.view()}});

  const auto within = tolerance_of<T>(criterion, targets, rows, {rows, universum});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", in_order_of_case(z, by_z), within);
  expect_gradient(of, "grad_u", by_u.numbers, within);
}

const known_loss unicon{"unicon", check_unicon<double>, check_unicon<float>};
const known_loss unicon_negatives{"unicon_negatives", check_unicon_negatives<double>, check_unicon_negatives<float>};

}  // namespace
}  // namespace mixcon_golden
