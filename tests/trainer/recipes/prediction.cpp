// SPDX-License-Identifier: BSD-3-Clause
// BYOL, SimSiam and i-Mix for BYOL compute what they say; momentum copies stay in training.
#include "evaluation/evaluation.hpp"
#include "nn/mlp.hpp"
#include "run/training_run.hpp"
#include "trainer/recipes/small_step.hpp"

#include <numbers>

using namespace mixcon_train_tests;

namespace {

/// By a copy of the recipe's predictor.
std::vector<double> predicted(small_step& of, const std::vector<double>& rows) {
  mlp predictor(of.on, {width, 24, width}, 0);
  for (const parameter& to : predictor.parameters())
    for (const parameter& p : of.made->parameters())
      if (p.name == "predictor." + to.name) to.value.set(p.value.value());
  return numbers_in(predictor.forward(variable(tensor_of(of.on, {samples, width}, rows.data()))).value());
}

double mean_cosine(const mixture& of, const std::vector<double>& p, const std::vector<double>& z) {
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i)
    sum += of.lambda[i] * cosine(p, i, z, i) + (1 - of.lambda[i]) * cosine(p, i, z, of.partner[i]);
  return sum / samples;
}

}  // namespace

TEST_CASE("BYOL, SimSiam and i-Mix for BYOL predict the other view", "[examples]") {
  const std::string recipe = GENERATE("byol", "simsiam", "imix-byol");
  small_step step(recipe);
  const recipe_loss made = step.loss();
  const mixture of = recipe == "imix-byol" ? mixture_of(step, step.first(), 1) : unmixed(step.first());
  const std::vector<double> z1 = step.embedded(of.images), z2 = step.embedded(step.second());
  const double forth = mean_cosine(of, predicted(step, z1), z2), back = mean_cosine(of, predicted(step, z2), z1);
  const double expected = recipe == "byol"      ? 4 - 2 * (forth + back)
                          : recipe == "simsiam" ? -(forth + back) / 2
                                                : 2 - 2 * forth;
  CHECK(made.loss.number() == Approx(expected).epsilon(1e-5));
  CHECK(made.anchors == (recipe == "imix-byol" ? samples : 2 * samples));
}

TEST_CASE("symmetric i-Mix for BYOL mixes the second view too, by draws of its own", "[examples]") {
  small_step step("imix-byol", {{"symmetric", "true"}});
  CHECK(step.made->wants().encoded == 4);
  const recipe_loss made = step.loss();
  const auto direction = [&](const std::vector<float>& mixed_view, const std::vector<float>& other) {
    const mixture of = mixture_of(step, mixed_view, 1);
    return 2 - 2 * mean_cosine(of, predicted(step, step.embedded(of.images)), step.embedded(other));
  };
  const double forth = direction(step.first(), step.second());
  step.draws = step.draws.within("second view");
  const double back = direction(step.second(), step.first());
  CHECK(made.loss.number() == Approx(forth + back).epsilon(1e-5));
  CHECK(made.chance == 4);
  CHECK(made.anchors == 2 * samples);
}

TEST_CASE("the target of BYOL follows slower and slower, until it stands still", "[examples]") {
  small_step step("byol", {{"key-decay", "0.9"}});
  const std::string name = "head.linear1.weight";
  const auto trained = [&] {
    for (const parameter& each : step.made->parameters())
      if (each.name == "network." + name) return each;
    return parameter{};
  }();
  for (const index_t at : {0, 10, 20, 39}) {
    const std::vector<double> before = step.state("target.copy." + name);
    const std::vector<double> moved(before.size(), 1.0 + static_cast<double>(at));
    trained.value.set(tensor_of(step.on, trained.value.extents(), moved.data()));
    step.made->after_step(at, 40);
    const double share = 0.1 * (std::cos(std::numbers::pi * static_cast<double>(at) / 40) + 1) / 2;
    const std::vector<double> after = step.state("target.copy." + name);
    for (std::size_t k = 0; k < before.size(); ++k)
      CHECK(after[k] == Approx((1 - share) * before[k] + share * moved[k]).margin(1e-9));
  }
}

TEST_CASE("momentum copies begin from the weights of another run too", "[examples]") {
  const std::string recipe = GENERATE("moco", "imix-moco", "byol");
  const options_given more{{"steps", "2"}, {"precision", "fp32"}, {"threads", "1"}};
  training_run parent(small_run("simclr", more), digits()), child(small_run(recipe, more), digits());
  parent.step();
  child.begin_from(parent.state(), "the parent");
  const std::string name = "backbone.stage1.block0.conv1.weight";
  const auto bytes_of = [](const checkpoint& from, const std::string& of) {
    for (const stored_tensor& each : from.tensors)
      if (each.name == of) return each.bytes;
    return decltype(stored_tensor::bytes)();
  };
  const auto taken = bytes_of(parent.state(), "network." + name);
  CHECK(!taken.empty());
  CHECK(bytes_of(child.state(), (recipe == "byol" ? "target.copy." : "keys.key.copy.") + name) == taken);
}

TEST_CASE("momentum copies go on in training after an evaluation", "[examples]") {
  const std::string recipe = GENERATE("moco", "byol");
  const settings chosen = small_run(recipe, {{"steps", "4"}, {"precision", "fp32"}, {"threads", "1"}});
  training_run straight(chosen, digits()), evaluated(chosen, digits());
  const auto before = hash_of(evaluated.state().tensors);
  while (!straight.is_done()) {
    straight.step();
    evaluated.with_evaluated_network([&](network& net) {
      CHECK_FALSE(net.is_training());
      encode(net, evaluated.on(), part_of(digits(), 0, 32), channel_statistics_of(digits()));
    });
    evaluated.step();
  }
  CHECK(hash_of(straight.state().tensors) == hash_of(evaluated.state().tensors));
  CHECK(hash_of(straight.state().tensors) != before);
  // the copies' own running statistics moved: they are normalised by their batches
  const std::string copy = recipe == "moco" ? "keys.key.copy." : "target.copy.";
  int moved = 0;
  const auto at_first = training_run(chosen, digits()).state().tensors;
  const auto now = evaluated.state().tensors;
  for (std::size_t k = 0; k < now.size(); ++k)
    if (now[k].name.starts_with(copy) && now[k].name.find("running") != std::string::npos)
      moved += now[k].bytes != at_first[k].bytes ? 1 : 0;
  CHECK(moved > 0);
}
