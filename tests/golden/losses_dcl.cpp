// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"
#include "golden/loss_rows.hpp"

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// `weight`: the largest |weight| of a positive, which multiplies its logit's rounding.
template <class T, class Targets>
void check_decoupled(golden_case& of, const named_engine& by, const matrix<T>& z, const Targets& targets,
                     double weight) {
  const index_t samples = z.rows / 2;
  matrix<T> gradient = zeros_like(z);
  with_similarity(of, [&](auto similarity) {
    const objective criterion{decoupled{.temperature = of.params.number("temperature")}, similarity};
    const T value = value_and_grad(by, criterion, targets, z.view(), gradient.view());
    auto within = tolerance_of<T>(criterion, targets, z.view(), {z.view()});
    if (std::is_same_v<T, float>) within.value *= weight, within.gradient *= weight;
    expect_loss(of, value, within);
    expect_gradient(of, "grad_z1", numbers_of_rows(gradient, 0, samples), within);
    expect_gradient(of, "grad_z2", numbers_of_rows(gradient, samples, samples), within);
  });
}

template <class T>
void check_dcl(golden_case& of, const named_engine& by) {
  const auto [first, second] = read_two_views<T>(of);
  check_decoupled(of, by, one_above_other(first, second), view_targets{.samples = first.rows}, 1);
}

template <class T>
void check_dclw(golden_case& of, const named_engine& by) {
  const auto [first, second] = read_two_views<T>(of);
  const matrix<T> z = one_above_other(first, second);
  const std::vector<double> weights = decoupled_weights(z.view(), of.params.number("sigma"));
  double largest = 1;
  for (const double v : weights) largest = std::max(largest, std::abs(v));
  check_decoupled(of, by, z, weighted_view_targets{.weights = mixcon::view(weights)}, largest);
}

const known_loss dcl{"dcl", check_dcl<double>, check_dcl<float>};
const known_loss dclw{"dclw", check_dclw<double>, check_dclw<float>};

}  // namespace
}  // namespace mixcon_golden
