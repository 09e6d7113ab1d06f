// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>

#include <cmath>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// The case's classifier, and the gradients by it.
template <class T>
struct classifier {
  explicit classifier(golden_case& of) : weight(read_matrix<T>(of, "weight")), by_weight(zeros_like(weight)) {
    for (const double b : of.inputs.real("bias").data) bias.push_back(rounded<T>(b));
    by_bias.assign(bias.size(), T(0));
  }
  matrix<T> weight, by_weight;
  std::vector<T> bias, by_bias;
};

pair_targets read_pairs(golden_case& of) {
  return {of.inputs.indices("y1"), of.inputs.indices("y2"), of.inputs.real("lam").data};
}

/// In float: the rounding of the largest logit.
template <class T>
tolerance within_logits(const matrix<T>& x, const classifier<T>& c) {
  if constexpr (std::is_same_v<T, double>) return {};
  double largest = 1;
  for (index_t i = 0; i < x.rows; ++i)
    for (index_t j = 0; j < c.weight.rows; ++j) {
      double logit = static_cast<double>(c.bias[static_cast<std::size_t>(j)]);
      for (index_t k = 0; k < x.columns; ++k)
        logit += static_cast<double>(x.view()(i, k)) * static_cast<double>(c.weight.view()(j, k));
      largest = std::max(largest, std::abs(logit));
    }
  const double by = 4 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                    (std::log2(static_cast<double>(x.rows)) + static_cast<double>(x.columns)) * largest;
  return {by, by};
}

/// The magnitudes of what each class's gradient by bias is the sum of: d loss / d M_ij, by the share of the class in j.
template <class T>
std::vector<double> bias_terms(const infinite_class_mixup& loss, const pair_targets& pairs, const matrix<T>& x,
                               const classifier<T>& c) {
  const auto logit = [&](std::size_t i, index_t label) {
    double sum = static_cast<double>(c.bias[static_cast<std::size_t>(label)]);
    for (index_t k = 0; k < x.columns; ++k)
      sum += static_cast<double>(x.view()(static_cast<index_t>(i), k)) * static_cast<double>(c.weight.view()(label, k));
    return sum;
  };
  const auto mixed = [&](std::size_t i, std::size_t j) {
    return std::exp(pairs.lambda[j] * logit(i, pairs.own[j]) + (1 - pairs.lambda[j]) * logit(i, pairs.partner[j]));
  };
  const std::size_t samples = pairs.own.size();
  std::vector<double> row(samples), column(samples), terms(c.bias.size());
  for (std::size_t i = 0; i < samples; ++i)
    for (std::size_t j = 0; j < samples; ++j) row[i] += mixed(i, j), column[j] += mixed(i, j);
  for (std::size_t i = 0; i < samples; ++i)
    for (std::size_t j = 0; j < samples; ++j) {
      const double own = i == j ? 1 : 0;
      double size = 0;
      if (loss.softmax_over != infinite_class_mixup::axis::pairs) size += std::abs(mixed(i, j) / row[i] - own);
      if (loss.softmax_over != infinite_class_mixup::axis::classes) size += std::abs(mixed(i, j) / column[j] - own);
      terms[static_cast<std::size_t>(pairs.own[j])] += pairs.lambda[j] * size / static_cast<double>(samples);
      terms[static_cast<std::size_t>(pairs.partner[j])] += (1 - pairs.lambda[j]) * size / static_cast<double>(samples);
    }
  return terms;
}

infinite_class_mixup read_loss(golden_case& of) {
  const std::string axis = of.params.word("axis", "dual");
  if (axis == "class") return {.softmax_over = infinite_class_mixup::axis::classes};
  if (axis == "pair") return {.softmax_over = infinite_class_mixup::axis::pairs};
  if (axis == "dual") return {};
  throw std::runtime_error("unknown axis " + axis);
}

template <class T>
void check_icm(golden_case& of, const named_engine& by) {
  const matrix<T> x = read_matrix<T>(of, "x");
  classifier<T> c(of);
  matrix<T> by_x = zeros_like(x);
  const infinite_class_mixup loss = read_loss(of);
  const pair_targets pairs = read_pairs(of);
  const auto value = value_and_grad(by, loss, pairs, x.view(), std::as_const(c.weight).view(), std::as_const(c.bias),
                                    {.features = by_x.view(), .weight = c.by_weight.view(), .bias = view(c.by_bias)});
  const tolerance within = within_logits(x, c);
  expect_loss(of, value.value, within);
  expect_gradient(of, "grad_x", by_x.numbers, within);
  expect_gradient(of, "grad_weight", c.by_weight.numbers, within);
  expect_sums(of, "grad_bias", c.by_bias, bias_terms(loss, pairs, x, c), within);
}

/// The clean batch's cross entropy, plus gamma times the loss of the mixed one.
template <class T>
void check_regmixup(golden_case& of, const named_engine& by) {
  const matrix<T> x = read_matrix<T>(of, "x"), mixed = read_matrix<T>(of, "x_mix");
  classifier<T> c(of);
  const T gamma = static_cast<T>(of.params.number("gamma"));
  matrix<T> by_x = zeros_like(x), by_mixed = zeros_like(mixed);
  const auto value = value_and_grad(
      by, read_loss(of), read_pairs(of), mixed.view(), std::as_const(c.weight).view(), std::as_const(c.bias),
      {.features = by_mixed.view(), .weight = c.by_weight.view(), .bias = view(c.by_bias)});
  for (auto* all : {&by_mixed.numbers, &c.by_weight.numbers, &c.by_bias})
    for (T& g : *all) g *= gamma;
  const objective clean{info_nce{.temperature = 1}, dot_product{}, candidate_bias{c.bias}};
  const std::vector<index_t> labels = of.inputs.indices("y1");
  const class_targets targets{.labels = labels};
  saved_by_engine<decltype(clean), T> saved;
  const T plain = forward(by, clean, targets, x.view(), std::as_const(c.weight).view(), saved).value;
  gradients<T> wanted{.anchors = by_x.view(), .candidates = {c.by_weight.view()}};
  wanted.candidate_bias = view(c.by_bias);
  backward(by, clean, targets, x.view(), std::as_const(c.weight).view(), saved, 1, wanted);
  tolerance within = within_logits(x, c);
  within |= within_logits(mixed, c);
  expect_loss(of, plain + gamma * value.value, within);
  expect_gradient(of, "grad_x", by_x.numbers, within);
  expect_gradient(of, "grad_x_mix", by_mixed.numbers, within);
  expect_gradient(of, "grad_weight", c.by_weight.numbers, within);
  expect_gradient(of, "grad_bias", c.by_bias, within);
}

const known_loss icm_class{"icm_class", check_icm<double>, check_icm<float>};
const known_loss icm_pair{"icm_pair", check_icm<double>, check_icm<float>};
const known_loss icm_dual{"icm_dual", check_icm<double>, check_icm<float>};
const known_loss ic_regmixup{"ic_regmixup", check_regmixup<double>, check_regmixup<float>};

}  // namespace
}  // namespace mixcon_golden
