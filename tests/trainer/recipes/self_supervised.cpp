// SPDX-License-Identifier: BSD-3-Clause
// N-pair, MoCo, MoCo-n, BYOL, SimSiam and their i-Mix forms compute what they say: formulas in double, from embeddings.
#include "data/loader.hpp"
#include "data/sets/readers.hpp"
#include "devices/reference_device.hpp"
#include "evaluation/evaluation.hpp"
#include "nn/mlp.hpp"
#include "recipes/all_recipes.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"

#include <mixcon/mixes/inputmix.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

using namespace mixcon_train;

namespace {

using options_given = std::vector<std::pair<std::string, std::string>>;
constexpr index_t samples = 16, width = 16, pixels = 64;

const data_set& digits() {
  static const data_set some = part_of(read_digits().train, 0, 160);
  return some;
}

settings small_run(const std::string& recipe, const options_given& more = {}) {
  options_given all{{"recipe", recipe}, {"data", "digits"}, {"width", "4"}, {"batch", "16"}, {"embedding", "16"}};
  any_options chosen = recipe_called(recipe).new_options();
  if (chosen.declares("queue")) all.push_back({"queue", "40"});
  if (chosen.declares("hidden")) all.push_back({"hidden", "24"});
  all.insert(all.end(), more.begin(), more.end());
  return settings_with(all);
}

std::vector<double> numbers_in(const tensor& x) {
  std::vector<double> numbers(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, numbers.data());
  return numbers;
}

/// A recipe and a batch of 16 digits, two views each.
struct small_step {
  explicit small_step(const std::string& recipe, const options_given& more = {})
      : chosen(small_run(recipe, more)), made(new_recipe(chosen, on, facts_of(digits()))) {
    const auto views = new_views(digits(), channel_statistics_of(digits()), chosen.views);
    loader batches(*views, loader_options{.batch = samples, .views = 2});
    from = batches.next();
    of_view.samples = samples;
  }
  recipe_loss loss() { return made->loss({.from = from, .shape = of_view, .draws = draws, .step = 0, .steps = 40}); }
  std::vector<float> first() const { return {from.images.begin(), from.images.begin() + samples * pixels}; }
  std::vector<float> second() const { return {from.images.begin() + samples * pixels, from.images.end()}; }
  /// By the trained network, rows (N, D).
  std::vector<double> embedded(const std::vector<float>& images) {
    const index_t rows = static_cast<index_t>(images.size()) / pixels;
    return numbers_in(made->judged().forward(variable(tensor_of(on, {rows, 1, 8, 8}, images.data()))).value());
  }
  /// By a copy of the recipe's predictor.
  std::vector<double> predicted(const std::vector<double>& rows) {
    mlp predictor(on, {width, 24, width}, 0);
    for (const parameter& to : predictor.parameters())
      for (const parameter& p : made->parameters())
        if (p.name == "predictor." + to.name) to.value.set(p.value.value());
    return numbers_in(predictor.forward(variable(tensor_of(on, {samples, width}, rows.data()))).value());
  }
  std::vector<double> state(const std::string& name) const {
    for (const state_tensor& each : made->state())
      if (each.name == name) return numbers_in(*each.value);
    FAIL("no state is called " << name);
    return {};
  }

  reference_device on{};
  settings chosen;
  std::unique_ptr<recipe> made;
  mixcon::image_shape of_view = digits().shape;
  mixcon::philox_draws draws{.seed = 9, .step = 3};
  batch from{};
};

double cosine(const std::vector<double>& a, std::size_t i, const std::vector<double>& b, std::size_t j) {
  double product = 0, of_a = 0, of_b = 0;
  for (std::size_t k = 0; k < width; ++k) {
    const double x = a[i * width + k], y = b[j * width + k];
    product += x * y, of_a += x * x, of_b += y * y;
  }
  return product / std::sqrt(of_a * of_b);
}

/// What i-Mix makes of the first view, by its own loops.
struct mixture {
  std::vector<float> images{};
  std::vector<double> lambda{};
  std::vector<std::size_t> partner{};
};
mixture mixture_of(const small_step& step, const std::vector<float>& images, double alpha) {
  const auto plan =
      mixcon::mixup<mixcon::folded<>>{.lambda = {{.alpha = alpha}}, .per = mixcon::granularity::sample}.plan(
          samples, step.draws);
  mixture made{images, plan.lambda, {plan.partner.begin(), plan.partner.end()}};
  for (std::size_t i = 0; i < samples; ++i)
    for (std::size_t k = 0; k < pixels; ++k)
      made.images[i * pixels + k] =
          static_cast<float>(made.lambda[i] * static_cast<double>(images[i * pixels + k]) +
                             (1 - made.lambda[i]) * static_cast<double>(images[made.partner[i] * pixels + k]));
  return made;
}
mixture unmixed(const std::vector<float>& images) {
  mixture made{images, std::vector<double>(samples, 1.0), {}};
  for (std::size_t i = 0; i < samples; ++i) made.partner.push_back(i);
  return made;
}

/// InfoNCE with lambda at the own key and the rest at the partner's, among keys and past ones.
double softmax_loss(const mixture& of, const std::vector<double>& queries, const std::vector<double>& keys,
                    const std::vector<double>& past, double temperature) {
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    double all = 0;
    for (std::size_t j = 0; j < keys.size() / width; ++j) all += std::exp(cosine(queries, i, keys, j) / temperature);
    for (std::size_t j = 0; j < past.size() / width; ++j) all += std::exp(cosine(queries, i, past, j) / temperature);
    const double found =
        of.lambda[i] * cosine(queries, i, keys, i) + (1 - of.lambda[i]) * cosine(queries, i, keys, of.partner[i]);
    sum += std::log(all) - found / temperature;
  }
  return sum / samples;
}

double mean_cosine(const mixture& of, const std::vector<double>& p, const std::vector<double>& z) {
  double sum = 0;
  for (std::size_t i = 0; i < samples; ++i)
    sum += of.lambda[i] * cosine(p, i, z, i) + (1 - of.lambda[i]) * cosine(p, i, z, of.partner[i]);
  return sum / samples;
}

std::vector<double> rows(const std::vector<double>& z, index_t first, index_t end) {
  return {z.begin() + first * width, z.begin() + end * width};
}
std::vector<float> joined(std::vector<float> first, const std::vector<float>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

TEST_CASE("N-pair is InfoNCE over the other view, with i-Mix of both samples' keys", "[examples]") {
  const bool mixes = GENERATE(false, true);
  small_step step(mixes ? "imix-npair" : "npair");
  const recipe_loss made = step.loss();
  const mixture of = mixes ? mixture_of(step, step.first(), 1) : unmixed(step.first());
  const std::vector<double> z = step.embedded(joined(of.images, step.second()));
  const double expected = softmax_loss(of, rows(z, 0, samples), rows(z, samples, 2 * samples), {}, 0.2);
  CHECK(made.loss.number() == Approx(expected).epsilon(1e-5));
  CHECK(numbers_in(made.embeddings.value()).size() == static_cast<std::size_t>((mixes ? 1 : 2) * samples * width));
  CHECK(made.chance == Approx(std::log(16.0)));
  CHECK(made.anchors_used == samples);
}

TEST_CASE("input-mix is noise of other samples in both views, before i-Mix", "[examples]") {
  small_step step("imix-npair", {{"input-mix", "2"}, {"alpha", "2"}});
  const auto plan = mixcon::inputmix{.partners = 2}.plan(2 * samples, step.draws);
  std::vector<float> noisy = step.from.images;
  for (std::size_t i = 0; i < 2 * samples; ++i)
    for (std::size_t k = 0; k < pixels; ++k) {
      const auto value = [&](index_t j) {
        return static_cast<double>(step.from.images[static_cast<std::size_t>(j) * pixels + k]);
      };
      const double* share = &plan.region.weights[3 * i];
      noisy[i * pixels + k] =
          static_cast<float>(share[0] * value(static_cast<index_t>(i)) + share[1] * value(plan.partner[i]) +
                             share[2] * value(plan.region.more_partners[0][i]));
    }
  const std::vector<float> first(noisy.begin(), noisy.begin() + samples * pixels);
  const std::vector<float> second(noisy.begin() + samples * pixels, noisy.end());
  const mixture of = mixture_of(step, first, 2);
  const std::vector<double> z = step.embedded(joined(of.images, second));
  const double expected = softmax_loss(of, rows(z, 0, samples), rows(z, samples, 2 * samples), {}, 0.2);
  CHECK(step.loss().loss.number() == Approx(expected).epsilon(1e-5));
}

TEST_CASE("MoCo and MoCo-n find keys of the copy, among past ones", "[examples]") {
  const std::string recipe = GENERATE("moco", "moco-n", "imix-moco");
  small_step step(recipe);
  const std::vector<double> queue = step.state("keys.queue");
  for (std::size_t j = 0; j < 40; ++j) {
    double square = 0;
    for (std::size_t k = 0; k < width; ++k) square += queue[j * width + k] * queue[j * width + k];
    CHECK(square == Approx(1));
  }
  const recipe_loss made = step.loss();
  const mixture of = recipe == "imix-moco" ? mixture_of(step, step.first(), 1) : unmixed(step.first());
  const std::vector<double> queries = step.embedded(of.images), keys = step.embedded(step.second());
  double expected = softmax_loss(of, queries, keys, queue, 0.2);
  if (recipe == "moco") {
    expected = 0;
    for (std::size_t i = 0; i < samples; ++i) {
      const double own = std::exp(cosine(queries, i, keys, i) / 0.2);
      double all = own;
      for (std::size_t j = 0; j < 40; ++j) all += std::exp(cosine(queries, i, queue, j) / 0.2);
      expected += std::log(all / own) / samples;
    }
  }
  CHECK(made.loss.number() == Approx(expected).epsilon(1e-5));
  CHECK(made.chance == Approx(std::log(recipe == "moco" ? 41.0 : 56.0)));

  step.made->after_step(0, 40);
  const std::vector<double> pushed = step.state("keys.queue");
  for (std::size_t j = 0; j < 40; ++j)
    CHECK(cosine(pushed, j, j < samples ? keys : queue, j) == Approx(1).epsilon(1e-5));
  for (const parameter& each : step.made->parameters()) CHECK(each.name.starts_with("network."));
}

TEST_CASE("BYOL, SimSiam and i-Mix for BYOL predict the other view", "[examples]") {
  const std::string recipe = GENERATE("byol", "simsiam", "imix-byol");
  small_step step(recipe);
  const recipe_loss made = step.loss();
  const mixture of = recipe == "imix-byol" ? mixture_of(step, step.first(), 1) : unmixed(step.first());
  const std::vector<double> z1 = step.embedded(of.images), z2 = step.embedded(step.second());
  const double forth = mean_cosine(of, step.predicted(z1), z2), back = mean_cosine(of, step.predicted(z2), z1);
  const double expected = recipe == "byol"      ? 4 - 2 * (forth + back)
                          : recipe == "simsiam" ? -(forth + back) / 2
                                                : 2 - 2 * forth;
  CHECK(made.loss.number() == Approx(expected).epsilon(1e-5));
  CHECK(made.anchors == (recipe == "imix-byol" ? samples : 2 * samples));
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

TEST_CASE("a queue that is shorter than a batch is refused, and i-Mix has its own settings of each kind",
          "[examples]") {
  CHECK_THROWS_WITH(small_step("imix-moco", {{"queue", "15"}}),
                    "--queue: 15 keys, fewer than the 16 of a batch; expected at least --batch of them.");
  const auto value = [](const char* data, const char* name) {
    for (const auto& [key, text] : named_values(settings_with({{"recipe", "imix-moco"}, {"data", data}})))
      if (key == name) return text;
    return std::string();
  };
  CHECK(value("digits", "temperature") == "0.2");
  CHECK(value("letter", "temperature") == "0.1");
  CHECK(value("words", "temperature") == "0.5");
  CHECK(value("digits", "alpha") == "1");
  CHECK(value("letter", "alpha") == "2");
  CHECK(value("letter", "input-drop") == "0.2");
}
