// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>
#include <mixcon/mix/labels/label_rules.hpp>

#include <cmath>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
tolerance within_logits(const matrix<T>& logits) {
  if constexpr (std::is_same_v<T, double>) return {};
  double largest = 1;
  for (const T x : logits.numbers) largest = std::max(largest, std::abs(static_cast<double>(x)));
  const double by = 4 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                    (std::log2(static_cast<double>(logits.columns)) + 1) * largest;
  return {by, by};
}
void require_mean(golden_case& of) {
  if (of.params.word("reduction", "mean") != "mean") throw std::runtime_error("unknown reduction");
}

template <class T>
void check_soft(golden_case& of, const named_engine& by) {
  require_mean(of);
  const matrix<T> logits = read_matrix<T>(of, "logits"), soft = read_matrix<T>(of, "targets");
  matrix<T> by_logits = zeros_like(logits), by_targets = zeros_like(soft);
  const auto labels = soft.view(), outputs = logits.view();
  gradients<T> wanted;
  wanted.logits = by_logits.view(), wanted.targets = by_targets.view();
  const T value = value_and_grad(by, soft_cross_entropy(), matrix_targets{labels}, given_logits{outputs}, wanted).value;
  expect_loss(of, value, within_logits(logits));
  expect_gradient(of, "grad_logits", by_logits.numbers, within_logits(logits));
  expect_gradient(of, "grad_targets", by_targets.numbers, within_logits(logits));
}

/// Mixed cross entropy of outputs, times `factor`.
template <class T>
T mixed(const named_engine& by, const pair_targets& pairs, const matrix<T>& logits, T factor, matrix<T>& gradient) {
  const auto outputs = logits.view();
  gradients<T> wanted;
  wanted.logits = gradient.view();
  const T value =
      value_and_grad(by, soft_cross_entropy(), class_pair_targets{pairs}, given_logits{outputs}, wanted).value;
  for (T& g : gradient.numbers) g *= factor;
  return factor * value;
}
pair_targets read_pairs(golden_case& of) {
  return {of.inputs.indices("y1"), of.inputs.indices("y2"), of.inputs.real("lam").data};
}

template <class T>
void check_mixup(golden_case& of, const named_engine& by) {
  require_mean(of);
  const matrix<T> logits = read_matrix<T>(of, "logits");
  matrix<T> gradient = zeros_like(logits);
  expect_loss(of, mixed(by, read_pairs(of), logits, T(1), gradient), within_logits(logits));
  expect_gradient(of, "grad_logits", gradient.numbers, within_logits(logits));
}

template <class T>
void check_regmixup(golden_case& of, const named_engine& by) {
  const matrix<T> logits = read_matrix<T>(of, "logits"), of_mixed = read_matrix<T>(of, "logits_mix");
  const pair_targets pairs = read_pairs(of);
  pair_targets clean = pairs;
  for (double& lambda : clean.lambda) lambda = 1;
  matrix<T> by_clean = zeros_like(logits), by_mixed = zeros_like(of_mixed);
  const T value = mixed(by, clean, logits, T(1), by_clean) +
                  mixed(by, pairs, of_mixed, static_cast<T>(of.params.number("eta")), by_mixed);
  tolerance within = within_logits(logits);
  within |= within_logits(of_mixed);
  expect_loss(of, value, within);
  expect_gradient(of, "grad_logits", by_clean.numbers, within);
  expect_gradient(of, "grad_logits_mix", by_mixed.numbers, within);
}

template <class T>
void check_remix(golden_case& of, const named_engine& by) {
  const matrix<T> logits = read_matrix<T>(of, "logits");
  const std::vector<index_t> counts = of.inputs.indices("class_counts");
  const pair_targets pairs =
      remix{.kappa = of.params.number("kappa"), .tau = of.params.number("tau")}(read_pairs(of), counts);
  of.expect("lam_label", pairs.lambda, 1e-12);
  matrix<T> gradient = zeros_like(logits);
  expect_loss(of, mixed(by, pairs, logits, T(1), gradient), within_logits(logits));
  expect_gradient(of, "grad_logits", gradient.numbers, within_logits(logits));
}

const known_loss soft_kind{"soft_cross_entropy", check_soft<double>, check_soft<float>};
const known_loss mixup_kind{"mixup_cross_entropy", check_mixup<double>, check_mixup<float>};
const known_loss regmixup_kind{"regmixup", check_regmixup<double>, check_regmixup<float>};
const known_loss remix_kind{"remix", check_remix<double>, check_remix<float>};

}  // namespace
}  // namespace mixcon_golden
