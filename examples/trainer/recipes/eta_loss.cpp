// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/eta_loss.hpp"

#include "autograd/class_loss_node.hpp"
#include "autograd/cross_entropy.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/rows.hpp"
#include "autograd/sums.hpp"
#include "recipes/lent_targets.hpp"

#include <mixcon/losses/decoupled_mixup.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

namespace {

using mixcon::pair_targets;

/// The score (N, 1) of one class of each row.
variable scores_at(const variable& scores, const std::vector<index_t>& classes) {
  const index_t width = scores.extents()[1];
  kept_list<float> one_hot(static_cast<std::size_t>(scores.extents().size()), 0.0F);
  for (std::size_t i = 0; i < classes.size(); ++i)
    one_hot[i * static_cast<std::size_t>(width) + static_cast<std::size_t>(classes[i])] = 1;
  const variable chosen(tensor_of(scores.on(), scores.extents(), one_hot.data()));
  return sum_to(multiply(scores, chosen), {scores.extents()[0], 1});
}

/// Those of some samples.
lent<pair_targets> of_rows(const pair_targets& targets, const kept_list<index_t>& rows) {
  lent<pair_targets> some = no_targets();
  for (const index_t i : rows) {
    const auto at = static_cast<std::size_t>(i);
    some->own.push_back(targets.own[at]), some->partner.push_back(targets.partner[at]);
    some->lambda.push_back(targets.lambda[at]);
  }
  return some;
}

/// The mean over samples of two different classes.
variable local_and_global(double eta, const variable& scores, const pair_targets& targets) {
  const auto count = static_cast<std::size_t>(targets.samples());
  const lent<pair_targets> local = no_targets();
  local->own.assign(count, 0), local->partner.assign(count, 1), local->lambda = targets.lambda;
  const variable pair = concatenate_channels(scores_at(scores, targets.own), scores_at(scores, targets.partner));
  const double lambda = targets.lambda.front();
  const mixcon::decoupled_mixup both{.own_weight = eta * lambda, .partner_weight = eta * (1 - lambda)};
  const variable global = subtract(class_score_loss(both, targets, scores), cross_entropy(scores, targets));
  return add(cross_entropy(pair, *local), global);
}

variable decoupled(double eta, const variable& scores, const pair_targets& targets) {
  kept_list<index_t> equal, different;
  for (std::size_t i = 0; i < targets.own.size(); ++i)
    (targets.own[i] == targets.partner[i] ? equal : different).push_back(static_cast<index_t>(i));
  if (equal.empty()) return local_and_global(eta, scores, targets);
  const variable plain = cross_entropy(gather_rows(scores, equal), *of_rows(targets, equal));
  if (different.empty()) return plain;
  const variable of_pairs = local_and_global(eta, gather_rows(scores, different), *of_rows(targets, different));
  const double share = static_cast<double>(equal.size()) / static_cast<double>(targets.own.size());
  return add(scale(plain, share), scale(of_pairs, 1 - share));
}

variable binary(double eta, const variable& scores, const pair_targets& targets) {
  const index_t samples = scores.extents()[0], classes = scores.extents()[1];
  kept_list<float> soft(static_cast<std::size_t>(samples * classes));
  const mixcon::matrix_view<float> rows(soft.data(), {samples, classes});
  mixcon::soft_targets(targets, rows);
  for (float& share : soft) share = std::min(share, 1.0F);  // lambda + (1 - lambda) may round up
  return class_score_loss(mixcon::soft_binary_cross_entropy{.absent_weight = eta},
                          mixcon::matrix_view<const float>(rows), scores);
}

}  // namespace

void eta_options::declare(option_list& to) {
  to.add("eta-mode", eta_mode, {"none", "decoupled", "bce"},
         "the mixer's loss: of the mixed labels; by pairs of classes and eta of all; yes or no for each class",
         "decoupled; its code has none");
  to.add("eta", eta, {0, 1e3}, "decoupled, bce: weight of what lies outside of the two classes", "0.5");
  if (eta_mode == "none") to.idle("eta", "the mixer's loss has none by --eta-mode none");
}

variable eta_loss(const eta_options& chosen, const variable& scores, const pair_targets& targets) {
  if (chosen.eta_mode == "decoupled") return decoupled(chosen.eta, scores, targets);
  if (chosen.eta_mode == "bce") return binary(chosen.eta, scores, targets);
  return cross_entropy(scores, targets);
}

double chance_of(const eta_options& chosen, index_t classes) {
  const auto count = static_cast<double>(classes);
  if (chosen.eta_mode == "decoupled") return std::numbers::ln2 + chosen.eta * std::log(std::max(1.0, count - 1));
  if (chosen.eta_mode == "bce") return std::numbers::ln2 * (2 + chosen.eta * std::max(0.0, count - 2));
  return std::log(count);
}

}  // namespace recipes
}  // namespace mixcon_train
