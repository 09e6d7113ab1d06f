// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rules that change the labels of a mixed batch and leave its values alone: Remix, two-hot, virtual labels.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/draw/lambda_rules.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/labels/weighted_labels.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

// Rules that change the labels of a mixed batch and leave its values alone. All keep the pair form: (N, K) is written
// only by those that say so.
namespace mixcon {

/// Remix: where one of the two classes is much rarer and its sample visible enough, the label is that class alone. With
/// r = count of the own class / count of the partner's:
///   lambda' = 0 where r >= kappa and lambda < tau;  1 where r <= 1 / kappa and 1 - lambda < tau;  else lambda
/// the first that applies; a sample with an ignored label keeps its lambda. Chou et al. 2020, arXiv:2007.03943, with
/// kappa 3 and tau 1/2.
struct remix {
  double kappa = 3;  ///< >= 1
  double tau = 0.5;  ///< in [0, 1]

  /// `class_counts` (K): how many samples of each class the training set has, > 0.
  template <LabelsViewable Counts>
  pair_targets operator()(pair_targets targets, const Counts& class_counts) const {
    MIXCON_REQUIRE(kappa >= 1, "remix: kappa is ", kappa, "; it is the ratio from which a class is rare, >= 1.");
    MIXCON_REQUIRE(tau >= 0 && tau <= 1, "remix: tau is ", tau, "; expected a number in [0, 1].");
    const auto counts = view(class_counts);
    const auto count_of = [&](index_t label) {
      MIXCON_REQUIRE(label >= 0 && label < counts.extent(0), "remix: a label is ", label, " of ", counts.extent(0),
                     " classes; labels are numbered from 0.");
      MIXCON_REQUIRE(counts[label] > 0, "remix: class ", label, " has count ", counts[label],
                     "; a class of the batch has at least one sample.");
      return static_cast<double>(counts[label]);
    };
    for (std::size_t i = 0; i < targets.lambda.size(); ++i) {
      if (targets.ignored(targets.own[i]) || targets.ignored(targets.partner[i])) continue;
      const double ratio = count_of(targets.own[i]) / count_of(targets.partner[i]);
      double& lambda = targets.lambda[i];
      if (ratio >= kappa && lambda < tau)
        lambda = 0;
      else if (ratio <= 1 / kappa && 1 - lambda < tau)
        lambda = 1;
    }
    return targets;
  }
};

/// Labels for multi-label losses: each of the two is shown as `two_hot_adjust` says of its share, times `scale`, at
/// most 1; the two may sum to 2. Source: mixing rules of OpenMixup, arXiv:2209.04851.
struct two_hot {
  two_hot_curve curve = two_hot_curve::power;
  double threshold = 1;  ///< share from which a label counts fully, in (0, 1]
  double index = 1;      ///< of the curve
  double scale = 1;      ///< in [0, 1]

  weighted_labels operator()(const pair_targets& targets) const {
    MIXCON_REQUIRE(scale >= 0 && scale <= 1, "two_hot: the scale is ", scale, "; expected a number in [0, 1].");
    weighted_labels found{targets.own, targets.partner, {}, {}, targets.ignored};
    const auto shown = [this](double share) { return scale * two_hot_adjust(share, curve, threshold, index); };
    for (const double lambda : targets.lambda) {
      found.own_weight.push_back(shown(lambda));
      found.partner_weight.push_back(shown(1 - lambda));
    }
    return detail::without_ignored((std::move)(found));
  }
};

/// Writes weighted labels as rows (N, K), for losses that need them written out: each label's weight at its class,
/// added where both are one class and cut to 1 then. Ignored labels are not written.
template <detail::GivenTensor<2> Rows>
void write_weighted_labels(const weighted_labels& labels, Rows&& rows) {
  const auto to = view<2>(std::forward<Rows>(rows));
  using T = typename decltype(to)::element;
  static_assert(std::is_floating_point_v<T>, "mixcon: write_weighted_labels writes float or double");
  MIXCON_REQUIRE(to.extent(0) == labels.samples(), "write_weighted_labels: the labels are of ", labels.samples(),
                 " samples, the rows to write ", to.extents(), "; expected (samples, classes).");
  for (index_t i = 0; i < to.extent(0); ++i) {
    const std::size_t at = static_cast<std::size_t>(i);
    for (const index_t label : {labels.own[at], labels.partner[at]})
      MIXCON_REQUIRE((label >= 0 && label < to.extent(1)) || labels.ignored(label),
                     "write_weighted_labels: a label of sample ", i, " is ", label, " of ", to.extent(1),
                     " classes; labels are numbered from 0.");
    for (index_t k = 0; k < to.extent(1); ++k) to(i, k) = T(0);
    const auto add = [&](index_t label, double weight) {
      if (labels.ignored(label)) return;
      const double sum = static_cast<double>(to(i, label)) + weight;
      to(i, label) = static_cast<T>(sum < 1 ? sum : 1);
    };
    add(labels.own[at], labels.own_weight[at]);
    add(labels.partner[at], labels.partner_weight[at]);
  }
}

/// Writes i-Mix's virtual labels (N, N): row i holds lambda at i and 1 - lambda at its partner, added where they are
/// one. `mixed_targets` gives a contrastive loss the same without the matrix. Lee et al. 2021, arXiv:2010.08887.
template <class Region, detail::GivenTensor<2> Rows>
void virtual_labels(const mix_plan<Region>& plan, Rows&& rows) {
  const auto to = view<2>(std::forward<Rows>(rows));
  std::vector<index_t> themselves;
  for (index_t i = 0; i < plan.samples(); ++i) themselves.push_back(i);
  MIXCON_REQUIRE(to.extent(0) == plan.samples() && to.extent(1) == plan.samples(), "virtual_labels: the plan is of ",
                 plan.samples(), " samples, the rows to write ", to.extents(), "; expected (samples, samples).");
  soft_targets(pair_targets_of(plan, themselves), to);
}

/// Accuracy under mixing: the mean of lambda * [predicted = own] + (1 - lambda) * [predicted = partner]. Predictions
/// (N). Where labels are ignored, their shares are dropped from the sum and from its divisor; refuses targets of which
/// no share is left.
template <LabelsViewable Predictions>
double mixed_accuracy(const pair_targets& targets, const Predictions& predictions) {
  const auto predicted = view(predictions);
  MIXCON_REQUIRE(predicted.extent(0) == targets.samples() && targets.samples() >= 1, "mixed_accuracy: there are ",
                 predicted.extent(0), " predictions for ", targets.samples(), " samples; expected one a sample.");
  double sum = 0, left = 0;
  for (index_t i = 0; i < targets.samples(); ++i) {
    const std::size_t at = static_cast<std::size_t>(i);
    const integer_value guess = predicted[i];
    const double own = targets.own_share(i), partner = targets.partner_share(i);
    sum += (guess == targets.own[at] ? own : 0) + (guess == targets.partner[at] ? partner : 0);
    left += own == targets.lambda[at] && partner == 1 - own ? 1 : own + partner;
  }
  MIXCON_REQUIRE(left > 0, "mixed_accuracy: every label of the ", targets.samples(),
                 " samples is the ignored one; expected at least one that is not.");
  return sum / left;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
