// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_siglip(golden_case& of, const named_engine& by) {
  const matrix<T> x = read_matrix<T>(of, "x"), y = read_matrix<T>(of, "y");
  objective criterion{siglip{}, read_similarity(of), plain_logits{read_numbers(of, "bias", {0})[0]}};
  criterion.scale = read_numbers(of, "scale", {1})[0];
  matrix<T> by_x = zeros_like(x), by_y = zeros_like(y);
  double by_scale = 0, by_bias = 0;
  const T value =
      value_and_grad(by, criterion, diagonal_targets{}, x.view(), y.view(),
                     {.anchors = by_x.view(), .candidates = {by_y.view()}, .scale = &by_scale, .bias = &by_bias});
  const auto within = tolerance_of<T>(criterion, diagonal_targets{}, x.view(), {y.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_x", by_x.numbers, within);
  expect_gradient(of, "grad_y", by_y.numbers, within);
  const absolute_sums sums =
      sums_over_pairs<decltype(criterion), diagonal_targets, T>(criterion, diagonal_targets{}, x.view(), y.view());
  expect_sums(of, "grad_scale", std::vector<double>{by_scale}, {sums.scale}, within);
  expect_sums(of, "grad_bias", std::vector<double>{by_bias}, {sums.bias}, within);
}

const known_loss siglip_loss{"siglip", check_siglip<double>, check_siglip<float>};

}  // namespace
}  // namespace mixcon_golden
