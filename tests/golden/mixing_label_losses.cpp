// SPDX-License-Identifier: BSD-3-Clause
// The kinds of mixing_labels.json that are losses of their own.
#include "golden/loss_checks.hpp"
#include "golden/mixing_checks.hpp"

#include <mixcon/losses/decoupled_mixup.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>

namespace mixcon_golden {
namespace {

/// For sums over rows of classifier outputs: 1e-4 in float.
template <class T>
tolerance within_type() {
  return std::is_same_v<T, double> ? tolerance{} : tolerance{1e-4, 1e-4};
}

template <class T>
void check_decoupled(golden_case& of) {
  const matrix<T> logits = read_matrix<T>(of, "logits"), soft = read_matrix<T>(of, "target");
  const pair_targets targets{of.inputs.indices("label_a"), of.inputs.indices("label_b"),
                             std::vector<double>(static_cast<std::size_t>(logits.rows), of.inputs.number("lam"))};
  std::vector<double> written(soft.numbers.size());
  soft_targets(targets, matrix_view<double>{written.data(), {soft.rows, soft.columns}});
  for (std::size_t k = 0; k < written.size(); ++k)
    if (std::abs(written[k] - static_cast<double>(soft.numbers[k])) > 1e-6) of.fail("inputs.target is of other labels");
  const array eta = of.params.real("eta_weight");
  matrix<T> gradient = zeros_like(logits);
  const auto outputs = logits.view();
  gradients<T> wanted;
  wanted.logits = gradient.view();
  const decoupled_mixup loss{eta.data.at(0), eta.data.at(1)};
  const T value = value_and_grad(serial{}, loss, targets, given_logits{outputs}, wanted).value;
  expect_loss(of, value, within_type<T>());
  expect_gradient(of, "grad_logits", gradient.numbers, within_type<T>());
}

template <class T>
void check_binary(golden_case& of) {
  const matrix<T> logits = read_matrix<T>(of, "logits"), soft = read_matrix<T>(of, "target");
  const soft_binary_cross_entropy loss{.absent_weight = of.params.number("neg_weight")};
  matrix<T> gradient = zeros_like(logits);
  const auto outputs = logits.view();
  gradients<T> wanted;
  wanted.logits = gradient.view();
  const T value = value_and_grad(serial{}, loss, soft.view(), given_logits{outputs}, wanted).value;
  expect_loss(of, value, within_type<T>());
  expect_gradient(of, "grad_logits", gradient.numbers, within_type<T>());
}

const known_mixing decoupled_kind{"label.decoupled_soft_ce", check_decoupled<double>, check_decoupled<float>};
const known_mixing binary_kind{"label.bce_neg_weight", check_binary<double>, check_binary<float>};

}  // namespace
}  // namespace mixcon_golden
