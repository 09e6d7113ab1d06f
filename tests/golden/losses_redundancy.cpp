// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// These losses have no logits.
template <class T, class Loss>
void check_views(golden_case& of, const named_engine& by, const Loss& loss) {
  const auto [first, second] = read_two_views<T>(of);
  matrix<T> by_first = zeros_like(first), by_second = zeros_like(second);
  const T value =
      value_and_grad(by, loss, first.view(), second.view(), {.first = by_first.view(), .second = by_second.view()});
  const tolerance within = std::is_same_v<T, double> ? tolerance{} : tolerance{1e-4, 1e-4};
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z1", by_first.numbers, within);
  expect_gradient(of, "grad_z2", by_second.numbers, within);
}

template <class T>
void check_barlow_twins(golden_case& of, const named_engine& by) {
  check_views<T>(of, by,
                 barlow_twins{.redundancy = of.params.number("lam"),
                              .scale = of.params.number("scale", 1),
                              .epsilon = of.params.number("eps")});
}

template <class T>
void check_vicreg(golden_case& of, const named_engine& by) {
  check_views<T>(of, by,
                 vicreg{.invariance = of.params.number("sim_weight"),
                        .variance = of.params.number("var_weight"),
                        .covariance = of.params.number("cov_weight"),
                        .epsilon = of.params.number("eps"),
                        .halves_variance = of.params.flag("variance_halved", true)});
}

const known_loss barlow{"barlow_twins", check_barlow_twins<double>, check_barlow_twins<float>};
const known_loss vicreg_loss{"vicreg", check_vicreg<double>, check_vicreg<float>};

}  // namespace
}  // namespace mixcon_golden
