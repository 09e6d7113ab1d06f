// SPDX-License-Identifier: BSD-3-Clause
// What can be chosen of a mixer reaches its block and its masks.
#include "autograd/operators.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/learned_mixer.hpp"
#include "trainer/recipes/small_step.hpp"

#include <algorithm>

using namespace mixcon_train_tests;

namespace {

mix_block_choice choice_with(const options_given& values) {
  mix_block_choice made;
  option_list list;
  made.declare(list);
  for (const auto& [name, text] : values) set_option(*list.find(name), text, "--" + name);
  return made;
}

/// A mixer beside the network of a step, whose key network is made like that.
struct mixer_of_step {
  explicit mixer_of_step(const options_given& more) : step("automix", more) {
    recipe_world world{step.on, facts_of(digits()), 0};
    world.new_encoder = [&](std::uint64_t seed) {
      return encoder_called("resnet8").make(step.on, "resnet8", step.chosen.of_encoder, digits().shape, seed);
    };
    mixer_options chosen;
    option_list list;
    chosen.declare(list);
    const option_list own = step.chosen.list();
    for (const option& each : list.all()) set_option(each, text_of(*own.find(each.name)), each.flag());
    chosen.plain_in_class = own.find("plain-in-class") != nullptr && text_of(*own.find("plain-in-class")) == "true";
    made = std::make_unique<learned_mixer>(world, chosen, classifier_of(world), step.made->judged());
    features = made->features(variable(tensor_of(step.on, {samples, 1, 8, 8}, step.first().data())));
  }
  small_step step;
  std::unique_ptr<learned_mixer> made{};
  variable features{};
};

/// Whether masks (N, 1, 8, 8) are constant in each cell of 2 x 2.
bool is_of_cells(const variable& masks) {
  const std::vector<double> shares = numbers_in(masks.value());
  bool same = true;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const std::size_t row = k / 8 % 8, column = k % 8;
    same = same && shares[k] == shares[k - row % 2 * 8 - column % 2];
  }
  return same;
}

}  // namespace

TEST_CASE("every variant of a mix block can be asked for by flags", "[examples]") {
  const mix_block_options usual = choice_with({}).for_block();
  CHECK(usual.encoding == lambda_encoding::none);
  CHECK(usual.reduction == 2);
  CHECK(usual.scaled);
  CHECK(usual.upsamplings == std::vector{upsampling::nearest});
  const mix_block_options other = choice_with({{"lambda-encoding", "factor"},
                                               {"lambda-power", "-1,0.25,10"},
                                               {"value", "content"},
                                               {"value-sees-pair", "true"},
                                               {"value-dropout", "0.1"},
                                               {"attention-sees-pair", "true"},
                                               {"attention-norm", "true"},
                                               {"attention-scaled", "false"},
                                               {"attention-reduction", "4"},
                                               {"upsample", "either"}})
                                      .for_block();
  CHECK(other.encoding == lambda_encoding::mul);
  CHECK_FALSE(other.residual);
  CHECK(other.rescale_powers == std::vector{-1.0, 0.25, 10.0});
  CHECK((other.content_value && other.value_sees_pair && other.attention_sees_pair && other.attention_norm));
  CHECK(other.dropout == 0.1);
  CHECK_FALSE(other.scaled);
  CHECK(other.reduction == 4);
  CHECK(other.upsamplings.size() == 2);
  const mix_block_options strong =
      choice_with({{"lambda-encoding", "mul"}, {"lambda-strength", "0.5"}, {"upsample", "bilinear"}}).for_block();
  CHECK((strong.residual && strong.strength == 0.5 && strong.upsamplings == std::vector{upsampling::bilinear}));
  CHECK(choice_with({{"lambda-encoding", "concat"}}).for_block().encoding == lambda_encoding::concat);
  CHECK(choice_with({{"lambda-encoding", "concat-v"}}).for_block().encoding == lambda_encoding::concat_v);

  const multi_mix_block_options several = choice_with({{"lambda-encoding", "concat"},
                                                       {"attention-norm", "true"},
                                                       {"attention-scaled", "false"},
                                                       {"attention-reduction", "3"},
                                                       {"upsample", "bilinear"}})
                                              .for_several();
  CHECK((several.lambda_channel && several.attention_norm && !several.scaled && several.reduction == 3));
  CHECK(several.how == upsampling::bilinear);
  CHECK_FALSE(choice_with({}).for_several().lambda_channel);
  for (const char* wrong : {"x", "0.25;1", "11", "0.5,"}) {
    INFO(wrong);
    const mix_block_choice made = choice_with({{"lambda-power", wrong}});
    if (std::string(wrong) == "0.5,")
      CHECK(made.for_block().rescale_powers == std::vector{0.5});
    else
      CHECK_THROWS_WITH(made.for_block(), Catch::Matchers::StartsWith(std::string("--lambda-power: ") + wrong));
  }
}

TEST_CASE("a mixer learns in every variant", "[examples]") {
  const std::vector<options_given> variants{
      {{"lambda-encoding", "factor"}, {"lambda-power", "0.25,1"}},
      {{"value-sees-pair", "true"}, {"attention-sees-pair", "true"}, {"lambda-encoding", "concat-v"}},
      {{"attention-norm", "true"}, {"attention-reduction", "4"}, {"attention-scaled", "false"}},
      {{"mask-block", "several"}, {"attention-norm", "true"}, {"upsample", "either"}, {"lambda-encoding", "none"}},
      {{"mask-smoothing", "2"}, {"plain-in-class", "true"}, {"mixer-upsample", "bilinear"}}};
  for (const options_given& each : variants) {
    INFO(each.front().first);
    small_step step("automix", each);
    const recipe_loss made = step.loss();
    CHECK(std::isfinite(made.loss.number()));
    backward(made.loss);
    double largest = 0;
    for (const parameter& p : step.made->parameters())
      if (p.name.starts_with("mixer.block.") && p.value.gradient())
        for (const double g : numbers_in(p.value.gradient())) largest = std::max(largest, std::abs(g));
    CHECK(largest > 0);
  }
  CHECK_THROWS_WITH(small_step("automix", {{"mask-smoothing", "0.2"}}),
                    Catch::Matchers::StartsWith("--mask-smoothing: 0.2; a deviation is drawn from 0.5"));
  CHECK_THROWS_WITH(small_run("automix", {{"mask-block", "several"}, {"value-sees-pair", "true"}}),
                    Catch::Matchers::StartsWith("--value-sees-pair: the block of --mask-block several has none"));
}

TEST_CASE("masks are enlarged in one of two ways, and the mixer's own in a way of theirs", "[examples]") {
  const std::string block = GENERATE("pair", "several");
  mixer_of_step of(options_given{{"mask-block", block}, {"upsample", "either"}, {"mixer-upsample", "bilinear"}});
  int cells = 0, others = 0;
  for (std::uint64_t step = 0; step < 12; ++step) {
    const mixcon::philox_draws draws{.seed = 1, .step = step};
    const mask_plan by = of.made->plan(samples, draws);
    (is_of_cells(of.made->masks_among(of.features, of.features, by)) ? cells : others) += 1;
    CHECK_FALSE(is_of_cells(of.made->masks_among(of.features, of.features, of.made->plan_of_mixer(samples, draws))));
  }
  CHECK((cells > 0 && others > 0));
}

TEST_CASE("pairs of one class are mixed without a mask where that is asked for", "[examples]") {
  for (const bool plain : {false, true}) {
    mixer_of_step of(options_given{{"plain-in-class", plain ? "true" : "false"}});
    mask_plan by = of.made->plan(samples, of.step.draws);
    by.lambda = 0.35;
    const std::vector<int> labels{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2};
    const variable masks = of.made->masks_among(of.features, of.features, by);
    const std::vector<double> shares = numbers_in(of.made->adjusted_masks(masks, by, labels).value()),
                              without = numbers_in(of.made->adjusted_masks(masks, by).value());
    int same = 0;
    for (std::size_t i = 0; i < samples; ++i) {
      const bool is_same = labels[i] == labels[static_cast<std::size_t>(by.partner[i])];
      same += is_same ? 1 : 0;
      for (std::size_t k = i * pixels; k < (i + 1) * pixels; ++k)
        CHECK(shares[k] == (is_same && plain ? Approx(0.65) : Approx(without[k])));
    }
    CHECK((same > 0 && same < samples));
    CHECK(without != std::vector<double>(without.size(), 0.65));
  }
}
