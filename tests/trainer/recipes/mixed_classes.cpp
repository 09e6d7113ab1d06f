// SPDX-License-Identifier: BSD-3-Clause
// Infinite Class Mixup and Remix: the loss of a step is the formula of its paper, in double.
#include "support/catch.hpp"
#include "trainer/recipes/mixed_formulas.hpp"

#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/mixes/manifold_mixup.hpp>
#include <mixcon/mixes/mixup.hpp>

using namespace mixcon_train;

namespace {

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
  for (const char* recipe : {"infinite-class-mixup", "ic-regmixup"})
    CHECK(refusal(recipe, {40, 40, 40}, {{"axis", "pairs"}}).find("Did you mean pair?") != std::string::npos);
  CHECK(refusal("remix", {40, 40, 40}, {{"kappa", "0.5"}}).find("--kappa: 0.5; expected a number in") == 0);
}
