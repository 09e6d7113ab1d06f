// SPDX-License-Identifier: BSD-3-Clause
// N-pair, MoCo, MoCo-n and their i-Mix forms compute what they say.
#include "trainer/recipes/small_step.hpp"

#include <mixcon/mixes/inputmix.hpp>

using namespace mixcon_train_tests;

namespace {

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

TEST_CASE("the head has a hidden layer where it is asked for", "[examples]") {
  small_step step("moco", {{"head-hidden", "20"}});
  index_t layers = 0;
  for (const parameter& each : step.made->parameters()) {
    if (each.name == "network.head.linear1.weight") CHECK(each.value.extents()[0] == 20);
    layers += each.name.starts_with("network.head.linear") && each.name.ends_with(".weight") ? 1 : 0;
  }
  CHECK(layers == 2);
  CHECK(std::isfinite(step.loss().loss.number()));
}
