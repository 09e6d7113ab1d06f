// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"
#include "golden/loss_rows.hpp"

#include <utility>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// `beta` is 0 for the debiased loss, whose file states it all the same.
template <class T>
void check_hard_negative(golden_case& of, const named_engine& by) {
  const auto [first, second] = read_two_views<T>(of);
  const matrix<T> z = one_above_other(first, second);
  const hard_negative loss{.temperature = of.params.number("temperature"),
                           .concentration = of.params.number("beta"),
                           .positive_prior = of.params.number("tau_plus")};
  const objective criterion{loss, read_similarity(of)};
  const view_targets targets{.samples = first.rows};
  matrix<T> gradient = zeros_like(z);
  const T value = value_and_grad(by, criterion, targets, z.view(), gradient.view());
  // the weights have logits of 1 + beta times the size
  auto within = tolerance_of<T>(criterion, targets, z.view(), {z.view()});
  if (std::is_same_v<T, float>) within.value *= 1 + loss.concentration, within.gradient *= 1 + loss.concentration;
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z1", numbers_of_rows(gradient, 0, first.rows), within);
  expect_gradient(of, "grad_z2", numbers_of_rows(gradient, first.rows, first.rows), within);
}

const known_loss hcl{"hcl", check_hard_negative<double>, check_hard_negative<float>};
const known_loss debiased_loss{"debiased", check_hard_negative<double>, check_hard_negative<float>};

}  // namespace
}  // namespace mixcon_golden
