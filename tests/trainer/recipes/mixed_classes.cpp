// SPDX-License-Identifier: BSD-3-Clause
// Infinite Class Mixup, IC-RegMixup, RegMixup and Remix: the loss of a step is the formula of its paper, in double.
#include "support/catch.hpp"
#include "trainer/recipes/one_step.hpp"

#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/mixes/manifold_mixup.hpp>
#include <mixcon/mixes/mixup.hpp>
#include <mixcon/mixes/regmixup.hpp>

#include <algorithm>
#include <cmath>

using namespace mixcon_train;

namespace {

/// -log of the share of `own` among e^logits, where `seen`.
double surprise(const numbers& logits, std::size_t own, const std::vector<bool>& seen = {}) {
  double sum = 0;
  for (std::size_t k = 0; k < logits.size(); ++k) sum += seen.empty() || seen[k] ? std::exp(logits[k]) : 0;
  return std::log(sum) - logits[own];
}

/// Infinite Class Mixup by its definition: over mixed classifiers, over samples, or both.
double by_hand(const std::string& axis, bool masks, const numbers& x, network& net, const mixcon::pair_targets& of) {
  const numbers w = numbers_in(net.last_layer().weight()), b = numbers_in(net.last_layer().bias());
  const std::size_t count = of.lambda.size(), width = x.size() / count, classes = b.size();
  std::vector<numbers> share(count, numbers(classes, 0));  // of each class in each sample
  for (std::size_t j = 0; j < count; ++j) {
    share[j][static_cast<std::size_t>(of.own[j])] += of.lambda[j];
    share[j][static_cast<std::size_t>(of.partner[j])] += 1 - of.lambda[j];
  }
  const auto logit = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      double score = b[c];
      for (std::size_t k = 0; k < width; ++k) score += x[i * width + k] * w[c * width + k];
      sum += share[j][c] * score;
    }
    return sum;
  };
  double loss = 0;
  for (std::size_t i = 0; i < count; ++i) {
    numbers across, down;
    std::vector<bool> seen;
    for (std::size_t j = 0; j < count; ++j) {
      across.push_back(logit(i, j)), down.push_back(logit(j, i));
      double apart = 0;
      for (std::size_t c = 0; c < classes; ++c) apart += std::abs(share[i][c] - share[j][c]);
      seen.push_back(i == j || !masks || apart > 1e-12);
    }
    if (axis != "pair") loss += surprise(across, i, seen) / static_cast<double>(count);
    if (axis != "class") loss += surprise(down, i, seen) / static_cast<double>(count);
  }
  return loss;
}

/// The same by mixcon.
double by_mixcon(const std::string& axis, const numbers& x, network& net, const mixcon::pair_targets& of) {
  using loss_type = mixcon::infinite_class_mixup;
  const numbers w = numbers_in(net.last_layer().weight()), b = numbers_in(net.last_layer().bias());
  const index_t count = of.samples(), width = net.feature_width(), classes = net.head_width();
  loss_type loss;
  if (axis == "class") loss.softmax_over = loss_type::axis::classes;
  if (axis == "pair") loss.softmax_over = loss_type::axis::pairs;
  return mixcon::value_and_grad(mixcon::serial{}, loss, of, mixcon::matrix_view<const double>(x.data(), {count, width}),
                                mixcon::matrix_view<const double>(w.data(), {classes, width}),
                                mixcon::vector_view<const double>(b.data(), {classes}),
                                mixcon::classifier_gradients<double>{})
      .value;
}

/// Cross entropy of features under the network's head, against shares of two labels.
double entropy(one_step& step, const numbers& features, const mixcon::pair_targets& of) {
  const numbers w = numbers_in(step.net().last_layer().weight()), b = numbers_in(step.net().last_layer().bias());
  const std::size_t count = of.lambda.size(), width = features.size() / count;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    numbers scores = b;
    for (std::size_t c = 0; c < b.size(); ++c)
      for (std::size_t k = 0; k < width; ++k) scores[c] += w[c * width + k] * features[i * width + k];
    sum += of.lambda[i] * surprise(scores, static_cast<std::size_t>(of.own[i])) +
           (1 - of.lambda[i]) * surprise(scores, static_cast<std::size_t>(of.partner[i]));
  }
  return sum / static_cast<double>(count);
}

mixcon::pair_targets plain(const std::vector<int>& labels) {
  const std::vector<index_t> all(labels.begin(), labels.end());
  return {all, all, numbers(all.size(), 1)};
}

/// Features of the batch and of its mixtures by RegMixup, encoded together: (2 N, F) as two lists.
struct two_halves {
  numbers clean{}, mixed{};
  mixcon::pair_targets targets{};
};
two_halves encoded_together(one_step& step, double alpha) {
  const auto plan = mixcon::regmixup<>{.lambda = {.alpha = alpha}}.plan(step.shape, step.draws());
  std::vector<float> both = step.rows.images;
  for (index_t i = 0; i < samples; ++i)
    for (index_t k = 0; k < inputs; ++k) {
      const auto at = [&](index_t row) {
        return static_cast<double>(step.rows.images[static_cast<std::size_t>(row * inputs + k)]);
      };
      const double lambda = plan.lambda_of(i);
      both.push_back(static_cast<float>(lambda * at(i) + (1 - lambda) * at(plan.partner_of(i))));
    }
  const numbers all =
      numbers_in(step.net().features(variable(tensor_of(step.on, {2 * samples, 1, 1, inputs}, both.data()))));
  const auto half = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {{all.begin(), half}, {half, all.end()}, mixcon::pair_targets_of(plan, step.rows.labels)};
}

/// The largest difference; infinite where lengths differ.
double farthest(const numbers& a, const numbers& b) {
  double most = a.size() == b.size() ? 0 : HUGE_VAL;
  for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

std::string refusal(const std::string& recipe, const std::vector<index_t>& counts, const options_given& options = {}) {
  try {
    const one_step step(recipe, options, 5, counts);
  } catch (const std::invalid_argument& why) {
    return why.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a step of Infinite Class Mixup is its formula, on each axis and by several policies", "[examples]") {
  for (const char* axis : {"class", "pair", "dual"})
    for (const char* policy : {"mixup", "cutmix"})
      for (const char* duplicates : {"keep", "masked"}) {
        INFO(axis << ", " << policy << ", " << duplicates);
        const bool masks = duplicates == std::string("masked");
        one_step step("infinite-class-mixup",
                      {{"axis", axis}, {"policy", policy}, {"duplicates", duplicates}, {"alpha", "2"}});
        const recipe_loss found = step.loss();
        const mixcon::pair_targets targets = step.targets(policy, 2);
        const numbers x = numbers_in(found.embeddings);
        CHECK(found.loss.number() == Approx(by_hand(axis, masks, x, step.net(), targets)).epsilon(1e-9));
        if (!masks) CHECK(found.loss.number() == Approx(by_mixcon(axis, x, step.net(), targets)).epsilon(1e-9));
        const double chance = by_hand(axis, masks, numbers(x.size(), 0), step.net(), targets);  // biases begin at 0
        CHECK(found.chance == Approx(chance).epsilon(1e-9));
      }
}

TEST_CASE("its manifold mixup mixes in front of a layer", "[examples]") {
  std::uint64_t seed = 1;
  mixcon::manifold_mixup<> policy{.lambda = {.alpha = 1}};
  while (policy.layer(mixcon::philox_draws{.seed = seed}) != 2) ++seed;
  one_step step("infinite-class-mixup", {{"policy", "manifold-mixup"}}, seed);
  const auto plan = policy.plan(step.shape, step.draws());
  const variable x(tensor_of(step.on, {samples, 1, 1, inputs}, step.rows.images.data()));
  const variable hidden = step.net().backbone().features_at(2, x);
  const numbers arriving = numbers_in(hidden);
  const std::size_t width = arriving.size() / samples;
  std::vector<float> mixed;
  for (index_t i = 0; i < samples; ++i)
    for (std::size_t k = 0; k < width; ++k)
      mixed.push_back(static_cast<float>(plan.lambda_of(i) * arriving[static_cast<std::size_t>(i) * width + k] +
                                         (1 - plan.lambda_of(i)) *
                                             arriving[static_cast<std::size_t>(plan.partner_of(i)) * width + k]));
  const numbers expected =
      numbers_in(step.net().backbone().rest_from(2, variable(tensor_of(step.on, hidden.extents(), mixed.data()))));
  const recipe_loss found = step.loss();
  const numbers features = numbers_in(found.embeddings);
  CHECK(farthest(features, expected) < 1e-5);
  const mixcon::pair_targets targets = mixcon::pair_targets_of(plan, step.rows.labels);
  CHECK(found.loss.number() == Approx(by_hand("dual", false, features, step.net(), targets)).epsilon(1e-9));
}

TEST_CASE("RegMixup and IC-RegMixup add the clean batch's cross entropy", "[examples]") {
  for (const char* recipe : {"regmixup", "ic-regmixup"}) {
    one_step step(recipe, {{"alpha", "20"}, {"mixed-weight", "0.5"}});
    const bool of_classes = recipe == std::string("ic-regmixup");
    const auto [clean, mixed, targets] = encoded_together(step, 20);
    const double of_mixed =
        of_classes ? by_hand("dual", false, mixed, step.net(), targets) : entropy(step, mixed, targets);
    const recipe_loss found = step.loss();
    const double expected = entropy(step, clean, plain(step.rows.labels)) + 0.5 * of_mixed;
    CHECK(found.loss.number() == Approx(expected).epsilon(1e-6));
    CHECK(farthest(numbers_in(found.embeddings), clean) < 1e-6);  // mixtures are rounded to float before statistics
    CHECK(found.chance == Approx(std::log(3.0) + 0.5 * (of_classes ? 2 * std::log(12.0) : std::log(3.0))));
    CHECK(step.made->wants().encoded == 2);
  }
}

TEST_CASE("Remix gives a label to the rare class alone, by kappa and tau", "[examples]") {
  const std::vector<index_t> counts{90, 20, 10};
  int to_own = 0, to_partner = 0, mixed = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    one_step step("remix", {{"kappa", "3"}, {"tau", "0.6"}}, seed, counts);
    mixcon::pair_targets targets = step.targets("mixup", 1);
    for (std::size_t i = 0; i < targets.lambda.size(); ++i) {
      const double own = static_cast<double>(counts[static_cast<std::size_t>(targets.own[i])]);
      const double partner = static_cast<double>(counts[static_cast<std::size_t>(targets.partner[i])]);
      if (own / partner >= 3 && targets.lambda[i] < 0.6)
        targets.lambda[i] = 0, ++to_partner;
      else if (partner / own >= 3 && 1 - targets.lambda[i] < 0.6)
        targets.lambda[i] = 1, ++to_own;
      else
        ++mixed;
    }
    const recipe_loss found = step.loss();
    CHECK(found.loss.number() == Approx(entropy(step, numbers_in(found.embeddings), targets)).epsilon(1e-9));
    CHECK(found.chance == Approx(std::log(3.0)));
  }
  CHECK(to_own > 0);
  CHECK(to_partner > 0);
  CHECK(mixed > 0);
}

TEST_CASE("what cannot be mixed is refused in a sentence", "[examples]") {
  CHECK(refusal("remix", {40}).find("--recipe remix: the training set has 1 class; expected at least two") == 0);
  for (const char* recipe : {"infinite-class-mixup", "ic-regmixup"}) {
    CHECK(refusal(recipe, {40}).find("the training set has 1 class; expected at least two") != std::string::npos);
    CHECK(refusal(recipe, {40, 40, 40}, {{"axis", "pairs"}}).find("Did you mean pair?") != std::string::npos);
  }
  CHECK(refusal("remix", {40, 40, 40}, {{"kappa", "0.5"}}).find("--kappa: 0.5; expected a number in") == 0);
}
