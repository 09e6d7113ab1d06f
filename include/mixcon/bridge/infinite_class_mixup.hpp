// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/info_nce.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/engine/forward_backward.hpp>
#include <mixcon/mix/pair_targets.hpp>

#include <cstddef>
#include <vector>

namespace mixcon {

/// Infinite Class Mixup: every mixed image is a class of its own, whose classifier is mixed as the image is. With
/// w_j = lambda_j W[a_j] + (1 - lambda_j) W[b_j], the bias b_j likewise, and M_ij = <x_i, w_j> + b_j:
///
///   classes   mean_i (log sum_j e^M_ij - M_ii)    which mixed classifier for this image
///   pairs     mean_j (log sum_i e^M_ij - M_jj)    which image for this mixed classifier
///   both      their sum
///
/// Two samples of the same classes and lambda have the same classifier and compete (`duplicates::keep`, as published:
/// the loss then stays above the mean logarithm of their number), or do not see each other (`hide`). Add the clean
/// batch's cross entropy for IC-RegMixup. Mensink and Mettes 2023, arXiv:2305.10293.
struct infinite_class_mixup {
  enum class axis { classes, pairs, both };
  enum class duplicates { keep, hide };
  axis over = axis::both;
  duplicates same_classifiers = duplicates::keep;
};

/// Which gradients of `infinite_class_mixup` are wanted: by the features (N, D), the classifier's weights (K, D) and
/// its bias (K). Default-made ones are not.
template <class T>
struct classifier_gradients {
  matrix_view<T> features{}, weight{};
  vector_view<T> bias{};
};

namespace detail {

/// Row i of one side belongs to row i of the other; rows of the same number hide each other.
struct numbered_diagonal {
  std::vector<std::int32_t> number;

  struct rule_type {
    vector_view<const std::int32_t> number;
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const mask_of<T> own = is_candidate<T>(candidate, anchor);
      const mask_of<T> hidden = is_class<T>(number.data() + candidate, number[anchor]) && !own;
      return {own, choose(hidden, T(0), T(1)), choose(own, T(1), T(0))};
    }
  };
  struct bound {
    vector_view<const std::int32_t> number;
    rule_type rule() const { return {number}; }
  };
  bound bind(const pair_space&) const { return {mixcon::view(number)}; }
};

/// A number a mixed classifier, the same for equal ones where `shared`; (a, b, lambda) and (b, a, 1 - lambda) are
/// equal.
inline numbered_diagonal numbered_classifiers(const pair_targets& targets, bool shared) {
  numbered_diagonal found;
  const auto same = [&](std::size_t i, std::size_t j) {
    const auto &a = targets.own, &b = targets.partner;
    const double l = targets.lambda[i], m = targets.lambda[j];
    const bool plain_i = a[i] == b[i] || l == 1, plain_j = a[j] == b[j] || m == 1;
    if (plain_i || plain_j) return plain_i && plain_j && a[i] == a[j];
    return (a[i] == a[j] && b[i] == b[j] && l == m) || (a[i] == b[j] && b[i] == a[j] && l == 1 - m);
  };
  for (std::size_t i = 0; i < targets.own.size(); ++i) {
    std::size_t first = shared ? 0 : i;
    while (first < i && !same(first, i)) ++first;
    found.number.push_back(static_cast<std::int32_t>(first));
  }
  return found;
}

}  // namespace detail

/// The loss of features (N, D) of mixed images under a classifier: weights (K, D) and bias (K), one type. Sets the
/// gradients that are wanted. The mixed classifiers take N (D + 1) numbers; the N x N logits are never stored.
template <class Executor, Viewable<2> Features, Viewable<2> Weight, Viewable<1> Bias>
auto value_and_grad(const Executor& executor, const infinite_class_mixup& loss, const pair_targets& targets,
                    const Features& features, const Weight& classifier, const Bias& biases,
                    const classifier_gradients<std::remove_const_t<element_t<const Features>>>& wanted) {
  using T = std::remove_const_t<element_t<const Features>>;
  static_assert(std::is_same_v<T, std::remove_const_t<element_t<const Weight>>> &&
                    std::is_same_v<T, std::remove_const_t<element_t<const Bias>>> && std::is_floating_point_v<T>,
                "mixcon: infinite_class_mixup takes features, weights and bias of one type, float or double");
  const matrix_view<const T> x = mixcon::view<2>(features), weight = mixcon::view<2>(classifier);
  const vector_view<const T> bias = mixcon::view<1>(biases);
  const index_t samples = x.extent(0), width = x.extent(1), classes = weight.extent(0);
  MIXCON_REQUIRE(samples > 0 && targets.samples() == samples, "infinite_class_mixup: targets of ", targets.samples(),
                 " samples for features ", x.extents(), "; expected one each, and at least one");
  MIXCON_REQUIRE(weight.extent(1) == width && bias.extent(0) == classes, "infinite_class_mixup: weights ",
                 weight.extents(), " and ", bias.extent(0), " biases for features ", x.extents(),
                 "; expected (classes, width) and one bias a class");
  MIXCON_REQUIRE((!wanted.features || wanted.features.extents() == x.extents()) &&
                     (!wanted.weight || wanted.weight.extents() == weight.extents()) &&
                     (!wanted.bias || wanted.bias.extent(0) == classes),
                 "infinite_class_mixup: a gradient has another shape than what it is the gradient of");
  std::vector<T> mixed_weight, mixed_bias;
  const auto share = [&](index_t j) { return static_cast<T>(targets.lambda[static_cast<std::size_t>(j)]); };
  const auto own = [&](index_t j) { return targets.own[static_cast<std::size_t>(j)]; };
  const auto partner = [&](index_t j) { return targets.partner[static_cast<std::size_t>(j)]; };
  for (index_t j = 0; j < samples; ++j) {
    const double lambda = targets.lambda[static_cast<std::size_t>(j)];
    MIXCON_REQUIRE(lambda >= 0 && lambda <= 1, "infinite_class_mixup: lambda ", j, " is ", lambda,
                   "; expected a number in [0, 1]");
    for (const index_t label : {own(j), partner(j)})
      MIXCON_REQUIRE(label >= 0 && label < classes, "infinite_class_mixup: a label of sample ", j, " is ", label,
                     " for ", classes, " classes; expected an index from 0 to ", classes - 1);
    for (index_t k = 0; k < width; ++k)
      mixed_weight.push_back(share(j) * weight(own(j), k) + (1 - share(j)) * weight(partner(j), k));
    mixed_bias.push_back(share(j) * bias[own(j)] + (1 - share(j)) * bias[partner(j)]);
  }
  contrast objective{info_nce{.temperature = 1}, dot_product{}, candidate_bias{mixed_bias}};
  objective.direction = {.rows = loss.over == infinite_class_mixup::axis::pairs ? 0.0 : 1.0,
                         .columns = loss.over == infinite_class_mixup::axis::classes ? 0.0 : 1.0};
  const bool hides = loss.same_classifiers == infinite_class_mixup::duplicates::hide;
  std::vector<T> by_weight(wanted.weight ? mixed_weight.size() : 0), by_bias(wanted.bias ? mixed_bias.size() : 0);
  gradients<T> inner;
  inner.anchors = wanted.features;
  if (wanted.weight) inner.candidates = {matrix_view<T>{by_weight.data(), {samples, width}}};
  if (wanted.bias) inner.candidate_bias = {by_bias.data(), {samples}};
  const matrix_view<const T> mixed{mixed_weight.data(), {samples, width}};
  const auto result =
      value_and_grad(executor, objective, detail::numbered_classifiers(targets, hides), x, mixed, inner);
  for (index_t c = 0; c < classes; ++c) {
    for (index_t k = 0; wanted.weight && k < width; ++k) wanted.weight(c, k) = T(0);
    if (wanted.bias) wanted.bias[c] = T(0);
  }
  for (index_t j = 0; j < samples; ++j) {
    const auto at = static_cast<std::size_t>(j);
    for (index_t k = 0; wanted.weight && k < width; ++k) {
      const T slope = by_weight[at * static_cast<std::size_t>(width) + static_cast<std::size_t>(k)];
      wanted.weight(own(j), k) += share(j) * slope;
      wanted.weight(partner(j), k) += (1 - share(j)) * slope;
    }
    if (!wanted.bias) continue;
    wanted.bias[own(j)] += share(j) * by_bias[at];
    wanted.bias[partner(j)] += (1 - share(j)) * by_bias[at];
  }
  return result;
}

}  // namespace mixcon
