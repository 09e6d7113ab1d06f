// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// What a case leaves out is plain: weights and scales 1, biases 0, rows weighted for a mean, partitions by the
/// targets.
template <class T>
void check_softmax_family(golden_case& of, const named_engine& by) {
  const matrix<T> a = read_matrix<T>(of, "a"), c = read_matrix<T>(of, "c");
  const index_t anchors = a.rows, others = c.rows;
  const matrix<T> p = read_matrix<T>(of, "p"), w = read_matrix<T>(of, "w", anchors, others, T(1));
  const matrix<T> scale = read_matrix<T>(of, "scale", anchors, others, T(1));
  const matrix<T> bias = read_matrix<T>(of, "bias", anchors, others, T(0));
  const auto pair_scales = scale.view(), pair_biases = bias.view(), target = p.view(), weight = w.view();
  std::vector<double> mass;
  for (index_t i = 0; i < p.rows; ++i) {
    mass.push_back(0);
    for (index_t j = 0; j < p.columns; ++j) mass.back() += static_cast<double>(target(i, j));
  }
  const std::vector<double> kappa = read_numbers(of, "kappa", mass);
  const std::vector<double> mean(static_cast<std::size_t>(anchors), 1.0 / static_cast<double>(anchors));
  const std::vector<double> rho = read_numbers(of, "rho", mean);

  objective criterion{weighted_softmax{.kappa = view(kappa)}, dot_product{}, pair_logits{pair_scales, pair_biases}};
  criterion.reduce = reduction::weighted;
  criterion.weights = view(rho);
  const matrix_targets targets{target, weight};
  matrix<T> by_a = zeros_like(a), by_c = zeros_like(c), by_scale = zeros_like(scale), by_bias = zeros_like(bias);
  saved_by_engine<decltype(criterion), T> saved;
  const T value = forward(by, criterion, targets, a.view(), c.view(), saved);
  gradients<T> wanted{.anchors = by_a.view(), .candidates = {by_c.view()}};
  wanted.pair_scale = by_scale.view(), wanted.pair_bias = by_bias.view();
  backward(by, criterion, targets, a.view(), c.view(), saved, 1, wanted);

  const auto within = tolerance_of<T>(criterion, targets, a.view(), {c.view()});
  expect_loss(of, value, within);
  saved_statistics<decltype(criterion), T> readable;
  forward(reading_engine(by), criterion, targets, a.view(), c.view(), readable);
  of.expect("row_logsumexp", readable.template values<0>(), within.value);
  expect_gradient(of, "grad_a", by_a.numbers, within);
  expect_gradient(of, "grad_c", by_c.numbers, within);
  expect_gradient(of, "grad_scale", by_scale.numbers, within);
  expect_gradient(of, "grad_bias", by_bias.numbers, within);
}

const known_loss softmax_family{"softmax_family", check_softmax_family<double>, check_softmax_family<float>};

}  // namespace
}  // namespace mixcon_golden
