// SPDX-License-Identifier: BSD-3-Clause
// RegMixup and IC-RegMixup: cross entropy of a batch, and a loss of its mixtures by any policy, in double.
#include "data/sets/readers.hpp"
#include "run/settings.hpp"
#include "support/catch.hpp"
#include "trainer/recipes/mixed_formulas.hpp"

#include <mixcon/mixes/manifold_mixup.hpp>
#include <mixcon/mixes/regmixup.hpp>

using namespace mixcon_train;

namespace {

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

/// The same by any policy that mixes samples.
two_halves encoded_together(one_step& step, const policy_entry& policy, double alpha) {
  policy_options told{.per = policy.usual};
  if (policy.takes_alpha) told.alpha = alpha;
  const mixed_training_batch made =
      policy.mix_for_training(batch_of_step(step.rows.images, step.rows.labels, step.shape), step.draws(), told);
  std::vector<float> both = step.rows.images;
  both.insert(both.end(), made.images->begin(), made.images->end());
  const numbers all =
      numbers_in(step.net().features(variable(tensor_of(step.on, {2 * samples, 1, 1, inputs}, both.data()))));
  const auto half = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {{all.begin(), half}, {half, all.end()}, *made.targets};
}

/// The same where the second half of the batch, the samples again, is mixed in front of a random layer.
two_halves mixed_inside(one_step& step, double alpha) {
  mixcon::manifold_mixup<> policy{.lambda = {.alpha = alpha}, .end_layer = step.net().layers()};
  const int layer = static_cast<int>(policy.layer(step.draws()));
  const auto plan = policy.plan(step.shape, step.draws());
  std::vector<float> both = step.rows.images;
  both.insert(both.end(), step.rows.images.begin(), step.rows.images.end());
  encoder& backbone = step.net().backbone();
  const variable hidden =
      backbone.features_at(layer, variable(tensor_of(step.on, {2 * samples, 1, 1, inputs}, both.data())));
  const numbers arriving = numbers_in(hidden);
  const std::size_t width = arriving.size() / (2 * samples), first = samples * width;
  std::vector<float> mixed(arriving.begin(), arriving.end());
  for (index_t i = 0; i < samples; ++i)
    for (std::size_t k = 0; k < width; ++k) {
      const double own = arriving[first + static_cast<std::size_t>(i) * width + k];
      const double partner = arriving[first + static_cast<std::size_t>(plan.partner_of(i)) * width + k];
      mixed[first + static_cast<std::size_t>(i) * width + k] =
          static_cast<float>(plan.lambda_of(i) * own + (1 - plan.lambda_of(i)) * partner);
    }
  const numbers all =
      numbers_in(backbone.rest_from(layer, variable(tensor_of(step.on, hidden.extents(), mixed.data()))));
  const auto half = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {{all.begin(), half}, {half, all.end()}, mixcon::pair_targets_of(plan, step.rows.labels)};
}

}  // namespace

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

TEST_CASE("RegMixup and IC-RegMixup take any policy beside the clean batch", "[examples]") {
  for (const char* recipe : {"regmixup", "ic-regmixup"})
    for (const char* policy : {"hconcat", "fmix", "manifold-mixup"}) {
      INFO(recipe << " by " << policy);
      const bool of_classes = recipe == std::string("ic-regmixup"), hidden = policy == std::string("manifold-mixup");
      one_step step(recipe, {{"policy", policy}});
      const auto [clean, mixed, targets] =
          hidden ? mixed_inside(step, 20) : encoded_together(step, policy_called(policy), 20);
      const recipe_loss found = step.loss();
      const double of_mixed =
          of_classes ? by_hand("dual", false, mixed, step.net(), targets) : entropy(step, mixed, targets);
      CHECK(found.loss.number() == Approx(entropy(step, clean, plain(step.rows.labels)) + of_mixed).epsilon(1e-5));
      CHECK(farthest(numbers_in(found.embeddings), clean) < 1e-5);
      CHECK(step.made->shown()->policy == policy);
    }
}

TEST_CASE("mixtures that are wider than samples go through the encoder on their own", "[examples]") {
  reference_device on;
  const data_set digits = part_of(read_digits().train, 0, 40);
  const settings chosen =
      settings_with({{"recipe", "regmixup"}, {"policy", "stackmix"}, {"data", "digits"}, {"width", "4"}});
  const auto made = new_recipe(chosen, on, facts_of(digits));
  batch rows;
  for (index_t i = 0; i < samples; ++i) {
    for (index_t k = 0; k < digits.width(); ++k)
      rows.images.push_back(static_cast<float>(digits.image(i)[k]) / 128 - 1);
    rows.labels.push_back(digits.label(i));
  }
  const image_shape shape{samples, 1, 8, 8};
  const numbers clean =
      numbers_in(made->judged().features(variable(tensor_of(on, {samples, 1, 8, 8}, rows.images.data()))));
  const recipe_loss found = made->loss({.from = rows, .shape = shape, .draws = {.seed = 5}});
  CHECK(farthest(numbers_in(found.embeddings), clean) < 1e-6);
  CHECK(std::isfinite(found.loss.number()));
}
