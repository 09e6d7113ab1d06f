// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Infinite Class Mixup: every mixed image is a class of its own, with a classifier mixed as the image is.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/kept_logits.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/mixed_class_logits.hpp>
#include <mixcon/losses/mixed_classifiers.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <cstddef>

MIXCON_STRICT_FLOATS_BEGIN

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
  axis softmax_over = axis::both;                  // which softmax, or the sum of both
  duplicates same_classifiers = duplicates::keep;  // whether samples of the same classifier compete
};

namespace detail {

template <>
inline constexpr bool has_own_call<infinite_class_mixup> = true;
template <>
struct own_call<infinite_class_mixup> {
  template <bool Fits>
  static constexpr void refuse() {
    static_assert(Fits,
                  "mixcon: infinite_class_mixup is called as value_and_grad(engine, infinite_class_mixup{}, "
                  "pair_targets_of(...), features, weight, bias, {.features = by_features}): matrices (N, D) and (C, "
                  "D), a bias (C), and gradients that can be written to, all of one type");
  }
};

/// Row i of one side belongs to row i of the other; rows of the same number hide each other.
struct numbered_diagonal {
  scratch<std::int32_t> number;

  struct rule_type {
    vector_view<const std::int32_t> number;
    template <class F>
    void each_view(F&& f) {
      f(number);
    }
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
  bool hides_none() const {
    std::int32_t row = 0;
    for (const std::int32_t own : number)
      if (own != row++) return false;
    return true;
  }
};

/// A number a mixed classifier, the same for equal ones where `shared`; (a, b, lambda) and (b, a, 1 - lambda) are
/// equal.
inline numbered_diagonal numbered_classifiers(const pair_targets& targets, bool shared,
                                              const in_workspace& memory = in_workspace::none()) {
  numbered_diagonal found{scratch<std::int32_t>::unset(memory.memory, targets.own.size())};
  const auto &a = targets.own, &b = targets.partner;
  const auto& lambda = targets.lambda;
  const auto plain = [&](std::size_t i) { return a[i] == b[i] || lambda[i] == 1 || lambda[i] == 0; };
  const auto plain_class = [&](std::size_t i) { return lambda[i] == 0 ? b[i] : a[i]; };
  const auto same = [&](std::size_t i, std::size_t j) {
    if (plain(i) || plain(j)) return plain(i) && plain(j) && plain_class(i) == plain_class(j);
    return (a[i] == a[j] && b[i] == b[j] && lambda[i] == lambda[j]) ||
           (a[i] == b[j] && b[i] == a[j] && lambda[i] == 1 - lambda[j]);
  };
  for (std::size_t i = 0; i < targets.own.size(); ++i) {
    std::size_t first = shared ? 0 : i;
    while (first < i && !same(first, i)) ++first;
    found.number[i] = static_cast<std::int32_t>(first);
  }
  return found;
}

}  // namespace detail

namespace detail {

/// Refuses shapes, labels and lambdas that do not fit each other, and gradients in the inputs' memory.
template <class E>
void check_mixed_classifiers(const mixed_classifiers<E>& of) {
  const char* name = "infinite_class_mixup";
  const auto& wanted = of.wanted;
  const index_t samples = of.samples(), width = of.width(), classes = of.weight.extent(0);
  MIXCON_REQUIRE(samples > 0 && width > 0 && of.targets.samples() == samples, name, ": targets of ",
                 of.targets.samples(), " samples for features ", of.features.extents(),
                 "; expected one each, and at least one");
  MIXCON_REQUIRE(of.weight.extent(1) == width && of.bias.extent(0) == classes, name, ": weights ", of.weight.extents(),
                 " and ", of.bias.extent(0), " biases for features ", of.features.extents(),
                 "; expected (classes, width) and one bias a class");
  for (index_t j = 0; j < samples; ++j) {
    const double lambda = of.targets.lambda[static_cast<std::size_t>(j)];
    MIXCON_REQUIRE(lambda >= 0 && lambda <= 1, name, ": lambda ", j, " is ", lambda, "; expected a number in [0, 1]");
    for (const index_t label : {of.own(j), of.partner(j)})
      MIXCON_REQUIRE(
          label >= 0 && label < classes && !of.targets.ignored(label), name, ": a label of sample ", j, " is ", label,
          " for ", classes, " classes; expected an index from 0 to ", classes - 1,
          of.targets.ignored(label)
              ? ", not the ignored one: a sample's classifier is mixed from two classes. Leave the sample out"
              : "");
  }
  require_data(name, "a gradient", wanted.features);
  require_data(name, "a gradient", wanted.weight);
  require_data(name, "a gradient", wanted.bias);
  MIXCON_REQUIRE((!wanted.features || wanted.features.extents() == of.features.extents()) &&
                     (!wanted.weight || wanted.weight.extents() == of.weight.extents()) &&
                     (!wanted.bias || wanted.bias.extent(0) == classes),
                 name, ": a gradient has another shape than what it is the gradient of");
  const auto is_alone = [&](const auto& output) {
    return !overlap(output, of.features) && !overlap(output, of.weight) && !overlap(output, of.bias);
  };
  MIXCON_REQUIRE(is_alone(wanted.features) && is_alone(wanted.weight) && is_alone(wanted.bias) &&
                     !overlap(wanted.features, wanted.weight) && !overlap(wanted.features, wanted.bias) &&
                     !overlap(wanted.weight, wanted.bias),
                 name, ": a gradient shares memory with an input or with another one; hand in a buffer for each");
}

/// The loss, by whichever way is the least work.
template <class Executor, class E, class T = accumulate_t<E>>
loss_result<T> loss_of_mixed_classifiers(const Executor& executor, const infinite_class_mixup& loss,
                                         const mixed_classifiers<E>& of) {
  check_mixed_classifiers(of);
  const bool hides = loss.same_classifiers == infinite_class_mixup::duplicates::hide;
  const numbered_diagonal same = numbered_classifiers(of.targets, hides, of.memory);
  const directions both{.rows = loss.softmax_over == infinite_class_mixup::axis::pairs ? 0.0 : 1.0,
                        .columns = loss.softmax_over == infinite_class_mixup::axis::classes ? 0.0 : 1.0};
  const classes_of_batch classes(of.targets, of.weight.extent(0), of.memory);
  if constexpr (requires(square_softmax<T>& square) { executor.set_square_softmax(square); }) {
    loss_result<T> result{};
    if (same.hides_none() && classes.are_fewer_rows(of) &&
        by_square_of_class_logits(executor, of, classes, both, result))
      return result;
  }
  const auto evaluate = [&](const matrix_view<const T>& anchors, const matrix_view<const T>& candidates,
                            const scratch<T>& bias, const gradients<T>& inner) -> loss_result<T> {
    if constexpr (requires { requires Executor::multiplies_fast; }) {
      objective of_logits{info_nce{.temperature = 1}, dot_product{}};
      of_logits.direction = both;
      loss_result<T> result{};
      if (by_kept_logits(executor, of_logits, same, anchors, candidates, bias, inner, result, of.memory)) return result;
    }
    objective criterion{info_nce{.temperature = 1}, dot_product{}, candidate_bias{bias}};
    criterion.direction = both;
    return value_and_grad(executor, criterion, same, anchors, candidates, inner, of.memory);
  };
  return classes.are_fewer(of) ? by_class_logits(executor, of, classes, evaluate) : by_mixed_weights(of, evaluate);
}

/// The call as it stands at the door.
template <class Executor, class Features, class Weight, class Bias>
auto value_and_grad_of_mixed_classifiers(const Executor& executor, const infinite_class_mixup& loss,
                                         const pair_targets& targets, const Features& features,
                                         const Weight& classifier, const Bias& biases,
                                         const classifier_gradients<compute_t<Features>>& wanted,
                                         const in_workspace& memory) {
  using E = std::remove_const_t<element_t<const Features>>;
  static_assert(std::is_same_v<E, std::remove_const_t<element_t<const Weight>>> &&
                    std::is_same_v<E, std::remove_const_t<element_t<const Bias>>>,
                "mixcon: infinite_class_mixup takes features, weights and bias of one type");
  return loss_of_mixed_classifiers(executor, loss,
                                   mixed_classifiers<E>{targets, mixcon::view<2>(features), mixcon::view<2>(classifier),
                                                        mixcon::view<1>(biases), wanted, memory});
}

}  // namespace detail

/// The loss of features (N, D) of mixed images under a classifier: weights (K, D) and bias (K), one type; bfloat16 and
/// half are computed in float, and their gradients are float. Sets the gradients that are wanted. Logits are formed
/// from the mixed classifiers, or from the class logits where that is less work. The N x N of them are kept while they
/// and these take at most 32 MiB, and are not stored beyond that: memory O(N (D + K)), K of the batch.
template <detail::Engine Executor, Viewable<2> Features, Viewable<2> Weight, Viewable<1> Bias>
auto value_and_grad(const Executor& executor, const infinite_class_mixup& loss, const pair_targets& targets,
                    const Features& features, const Weight& classifier, const Bias& biases,
                    const classifier_gradients<compute_t<Features>>& wanted) {
  return detail::value_and_grad_of_mixed_classifiers(executor, loss, targets, features, classifier, biases, wanted,
                                                     in_workspace::none());
}
/// The same with memory that calls leave to the next.
template <detail::Engine Executor, Viewable<2> Features, Viewable<2> Weight, Viewable<1> Bias>
auto value_and_grad(const Executor& executor, const infinite_class_mixup& loss, const pair_targets& targets,
                    const Features& features, const Weight& classifier, const Bias& biases,
                    const classifier_gradients<compute_t<Features>>& wanted, workspace& memory) {
  return detail::value_and_grad_of_mixed_classifiers(executor, loss, targets, features, classifier, biases, wanted,
                                                     memory);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
