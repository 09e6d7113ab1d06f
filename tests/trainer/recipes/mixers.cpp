// SPDX-License-Identifier: BSD-3-Clause
// Recipes that train a mixer: which loss moves what, their losses by plain loops, masks after correction, refusals.
#include "autograd/operators.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/learned_mixer.hpp"
#include "run/training_run.hpp"
#include "trainer/recipes/small_step.hpp"

#include <algorithm>
#include <numbers>

using namespace mixcon_train_tests;

namespace {

/// One of the plans of a step.
mask_plan plan_of(const small_step& step, const char* whose) {
  const mixcon::philox_draws draws = step.draws.within(whose);
  mask_plan made{.lambda = draws.beta("lambda", 0, 2, 2)};
  made.partner.resize(samples);
  draws.permutation("partner", {made.partner.data(), {samples}});
  return made;
}

/// Images (N, pixels) mixed by one lambda, with partners among other ones.
std::vector<float> blended_by(const mask_plan& by, const std::vector<float>& own, const std::vector<float>& others) {
  std::vector<float> mixed = own;
  for (std::size_t k = 0; k < mixed.size(); ++k) {
    const std::size_t j = static_cast<std::size_t>(by.partner[k / pixels]) * pixels + k % pixels;
    mixed[k] =
        static_cast<float>(by.lambda * static_cast<double>(own[k]) + (1 - by.lambda) * static_cast<double>(others[j]));
  }
  return mixed;
}

/// The mean of lambda CE(own) + (1 - lambda) CE(partner) of scores (N, 10).
double mixed_cross_entropy(const std::vector<double>& scores, const std::vector<int>& labels, const mask_plan& by) {
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    double partition = 0;
    for (std::size_t c = 0; c < 10; ++c) partition += std::exp(scores[10 * i + c]);
    const auto own = static_cast<std::size_t>(labels[i]);
    const auto partner = static_cast<std::size_t>(labels[static_cast<std::size_t>(by.partner[i])]);
    sum += std::log(partition) - by.lambda * scores[10 * i + own] - (1 - by.lambda) * scores[10 * i + partner];
  }
  return sum / samples;
}
mask_plan unmixed_plan() {
  mask_plan made;
  for (index_t i = 0; i < samples; ++i) made.partner.push_back(i);
  return made;
}

/// The largest absolute number among the gradients by parameters of a part.
double largest_gradient(const recipe& of, const std::string& part) {
  double largest = 0;
  for (const parameter& p : of.parameters()) {
    if (!p.name.starts_with(part) || !p.value.gradient()) continue;
    for (const double g : numbers_in(p.value.gradient())) largest = std::max(largest, std::abs(g));
  }
  return largest;
}

double named(const std::vector<health_number>& all, const std::string& name) {
  for (const health_number& each : all)
    if (each.name == name) return each.value;
  FAIL("no number is called " << name);
  return 0;
}
std::vector<health_number> health_of_step(small_step& step) {
  return step.made->health({.from = step.from, .shape = step.of_view, .draws = step.draws, .step = 0, .steps = 40});
}

}  // namespace

TEST_CASE("the mixer learns from its own loss alone, the network from its own", "[examples]") {
  const std::string recipe = GENERATE("samix", "automix", "samix-i");
  small_step both(recipe), mixer(recipe, {{"mixed-weight", "0"}, {"clean-weight", "0"}}),
      network(recipe, {{"mixer-weight", "0"}, {"mask-weight", "0"}});
  for (small_step* step : {&both, &mixer, &network}) backward(step->loss().loss);
  CHECK(largest_gradient(*both.made, "network.") > 0);
  CHECK(largest_gradient(*both.made, "mixer.block.") > 0);
  CHECK(largest_gradient(*mixer.made, "network.") == 0);
  CHECK(largest_gradient(*mixer.made, "mixer.block.") == largest_gradient(*both.made, "mixer.block."));
  CHECK(largest_gradient(*network.made, "network.") == largest_gradient(*both.made, "network."));
  CHECK(largest_gradient(*network.made, "mixer.block.") == 0);
  for (const parameter& each : both.made->parameters()) CHECK(!each.name.starts_with("mixer.key."));
}

TEST_CASE("the key network passes gradients on and keeps none", "[examples]") {
  small_step step("samix");
  recipe_world world{step.on, facts_of(digits()), 0};
  world.new_encoder = [&](std::uint64_t seed) {
    return encoder_called("resnet8").make(step.on, "resnet8", step.chosen.of_encoder, digits().shape, seed);
  };
  auto key = classifier_of(world);
  network* const copy = key.get();
  learned_mixer mixer(world, {}, std::move(key), step.made->judged());
  const variable images(tensor_of(step.on, {samples, 1, 8, 8}, step.first().data()));
  const variable f = mixer.features(images);
  CHECK_FALSE(f.wants_gradient());
  const mask_plan by = mixer.plan(samples, step.draws);
  const variable others = gather_rows(f, by.partner), masks = mixer.masks(f, others, by);
  backward(mean(square(mixer.judged(mixed_by(images, gather_rows(images, by.partner), masks)))));
  for (const parameter& p : copy->parameters()) CHECK_FALSE(p.value.gradient());
  double largest = 0;
  for (const parameter& p : mixer.parameters())
    for (const double g : numbers_in(p.value.gradient())) largest = std::max(largest, std::abs(g));
  CHECK(largest > 0);

  // corrected masks are lambda in the mean, sample by sample; a lambda near 0 or 1 is mixed without a mask
  for (const double lambda : {0.1, 0.35, 0.9}) {
    const mask_plan asked{.lambda = lambda, .partner = by.partner, .draws = step.draws};
    const std::vector<double> before = numbers_in(mixer.masks(f, others, asked).value()),
                              after = numbers_in(mixer.adjusted_masks(mixer.masks(f, others, asked), asked).value());
    for (std::size_t i = 0; i < samples; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < pixels; ++k) sum += after[i * pixels + k];
      CHECK(sum / pixels == Approx(1 - lambda).epsilon(1e-12));
    }
    CHECK(before != after);
  }
  const mask_plan near{.lambda = 0.05, .partner = by.partner, .draws = step.draws};
  for (const double share : numbers_in(mixer.adjusted_masks(mixer.masks(f, others, near), near).value()))
    CHECK(share == 0.95);
}

TEST_CASE("both mixed batches and the clean one are classified", "[examples]") {
  // masks are the constant lambda but for lambdas within 0.01 of one half
  const std::string recipe = GENERATE("samix", "automix");
  small_step step(recipe, {{"lambda-margin", "0.49"},
                           {"mixer-weight", "0"},
                           {"mask-weight", "0"},
                           {"mixed-weight", "0.5"},
                           {"clean-weight", "2"}});
  const mask_plan by_query = plan_of(step, "encoder"), by_key = plan_of(step, "mixer");
  REQUIRE(std::abs(by_query.lambda - 0.5) > 0.01);
  const std::vector<int>& labels = step.from.labels;
  const double of_mixed = mixed_cross_entropy(step.embedded(blended_by(by_query, step.first(), step.first())), labels,
                                              by_query),
               of_clean = mixed_cross_entropy(step.embedded(step.first()), labels, unmixed_plan());
  const recipe_loss made = step.loss();
  CHECK(made.loss.number() == Approx(0.5 * of_mixed + 2 * of_clean).epsilon(1e-6));
  CHECK(made.chance == Approx(2.5 * std::log(10.0)));

  // the key network begins as the other one
  const auto state_before = step.state("mixer.key.copy.backbone.stem_norm.running_mean");
  const std::vector<health_number> numbers = health_of_step(step);
  const std::vector<float> constant = blended_by(by_key, step.first(), step.first());
  CHECK(named(numbers, "constant_mask_loss") ==
        Approx(mixed_cross_entropy(step.embedded(constant), labels, by_key)).epsilon(1e-6));
  CHECK(named(numbers, "same_mean_mask_loss") ==
        Approx(named(numbers, "mixer_loss")).epsilon(1e-2));  // nearly constant
  CHECK(named(numbers, "key_distance") == 0);
  CHECK(named(numbers, "corrected_mask_minus_lambda") == Approx(0).margin(1e-12));
  CHECK(named(numbers, "mask_minus_lambda") == Approx(0.5 - by_query.lambda).margin(0.05));  // masks begin at 1/2
  CHECK(named(numbers, "mask_variance") < 0.01);
  CHECK(step.state("mixer.key.copy.backbone.stem_norm.running_mean") == state_before);
}

TEST_CASE("the mixer is switched off more and more often", "[examples]") {
  small_step step("automix", {{"switch-off", "1e-9"}});
  backward(step.loss().loss);
  CHECK(largest_gradient(*step.made, "mixer.block.") == 0);
  CHECK(largest_gradient(*step.made, "network.") > 0);
  const auto numbers = health_of_step(step);
  CHECK(std::none_of(numbers.begin(), numbers.end(), [](const auto& each) { return each.name == "mixer_loss"; }));

  mixer_options options;
  CHECK(options.learns_at(39, 40) == 1);
  options.switch_off = 0.8;
  CHECK(options.learns_at(0, 40) == Approx(0.8));
  CHECK(options.learns_at(20, 40) == Approx(0.4));
}

TEST_CASE("the key network follows by the length of the run", "[examples]") {
  mixer_options options;
  CHECK(options.key_decay_at(3, 100) == Approx(0.9));    // at least
  CHECK(options.key_decay_at(3, 2000) == Approx(0.99));  // 1 - 20 / steps
  CHECK(options.key_decay_at(199, 2000) == Approx(0.99));
  const double cosine = (std::cos(0.1 * std::numbers::pi) + 1) / 2;  // the published jump
  CHECK(options.key_decay_at(200, 2000) == Approx(0.999999 - (0.999999 - 0.99) * cosine).epsilon(1e-12));
  CHECK(options.key_decay_at(1999, 2000) == Approx(0.999999).epsilon(1e-7));
  options.key_decay = 0.999;
  CHECK(options.key_decay_at(0, 2000) == 0.999);
  CHECK(options.weight(20, 40) == 0.1);
  options.mask_schedule = "cosine";
  CHECK(options.weight(20, 40) == Approx(0.05));
}

// Of lambda SAMix's values know nothing, as they are normalised by their batch: only its attention can follow it.
TEST_CASE("masks follow lambda, and exactly once they are corrected", "[examples]") {
  const std::string block = GENERATE("pair", "several");
  options_given given{{"steps", "60"},     {"precision", "fp32"}, {"threads", "1"},     {"lr", "0.05"},
                      {"mixer-rate", "6"}, {"mask-weight", "2"},  {"mask-block", block}};
  if (block == "pair") given.push_back({"lambda-encoding", "concat"});
  const settings chosen = small_run("automix", given);
  training_run run(chosen, digits());
  double before = 0, after = 0;
  int count = 0;
  while (!run.is_done()) {
    const step_report report = run.step();
    if (!report.end || run.done() < 40) continue;
    before += std::abs(named(report.end->more, "mask_minus_lambda"));
    after = std::max(after, std::abs(named(report.end->more, "corrected_mask_minus_lambda")));
    ++count;
  }
  REQUIRE(count == 3);
  CHECK(after < 1e-6);
  CHECK(before / count <= 0.12);  // of constant masks of one half 0.17
}

TEST_CASE("a mixer that has no place, or no lambda left, is refused", "[examples]") {
  const auto refused = [&](const options_given& more, const image_shape& shape) {
    reference_device on;
    const settings chosen = small_run("samix", more);
    data_facts facts = facts_of(digits());
    facts.shape = shape;
    try {
      new_recipe(chosen, on, facts);
    } catch (const std::invalid_argument& why) {
      return std::string(why.what());
    }
    return std::string();
  };
  using Catch::Matchers::StartsWith;
  CHECK(refused({}, {160, 1, 8, 8}).empty());
  CHECK(refused({{"mask-layer", "1"}}, {160, 1, 7, 7}).empty());
  CHECK_THAT(refused({}, {160, 1, 7, 7}),
             StartsWith("--mask-layer: 2 has features of 4 x 4 places, which do not divide"));
  CHECK_THAT(refused({{"mask-layer", "3"}}, {160, 1, 8, 8}), StartsWith("--mask-layer: 3 of an encoder of 3 stages"));
  CHECK_THAT(refused({{"lambda-margin", "0.5"}}, {160, 1, 8, 8}), StartsWith("--lambda-margin: 0.5; every lambda"));
  for (const char* data : {"letter", "words"})
    CHECK_THROWS_WITH(settings_with({{"recipe", "samix"}, {"data", data}}),
                      StartsWith("--recipe: samix does not learn"));
  CHECK_THROWS_WITH(training_run(small_run("samix-i", {{"queue", "15"}}), digits()), StartsWith("--queue: 15 keys"));
}
