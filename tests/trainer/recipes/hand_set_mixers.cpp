// SPDX-License-Identifier: BSD-3-Clause
// Mixers whose masks are known, or whose weights are large: which image a mask shows, whose lambda labels and masks
// follow, and that the mixer's gradients are those of its loss, by plain loops and by differences.
#include "trainer/recipes/small_step.hpp"

#include <algorithm>

using namespace mixcon_train_tests;

namespace {

/// lambda and partners of one of the two mixed batches of a step.
struct drawn_plan {
  drawn_plan(const small_step& step, const char* whose) {
    const mixcon::philox_draws draws = step.draws.within(whose);
    lambda = draws.beta("lambda", 0, 2, 2);
    partner.resize(samples);
    draws.permutation("partner", {partner.data(), {samples}});
  }
  double lambda = 0;
  std::vector<index_t> partner{};
};

/// Images that show `share` of the partner at every pixel.
std::vector<float> shown(const std::vector<float>& images, const drawn_plan& by, double share) {
  std::vector<float> mixed = images;
  for (std::size_t k = 0; k < mixed.size(); ++k) {
    const std::size_t j = static_cast<std::size_t>(by.partner[k / pixels]) * pixels + k % pixels;
    mixed[k] =
        static_cast<float>((1 - share) * static_cast<double>(images[k]) + share * static_cast<double>(images[j]));
  }
  return mixed;
}

/// The mean of lambda CE(own) + (1 - lambda) CE(partner) of scores (N, 10).
double mixed_cross_entropy(const std::vector<double>& scores, const std::vector<int>& labels, const drawn_plan& by) {
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

void set_parameter(recipe& of, const std::string& name, const std::vector<double>& numbers) {
  for (const parameter& p : of.parameters())
    if (p.name == name) return p.value.set(tensor_of(p.value.on(), p.value.extents(), numbers.data()));
  FAIL("no parameter is called " << name);
}

const options_given mixer_alone{{"mixed-weight", "0"}, {"clean-weight", "0"}};

options_given joined(options_given all, const options_given& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

TEST_CASE("a mask's share of the partner is shown, and lambda is the share of the own label", "[examples]") {
  const double share = GENERATE(0.1, 0.8), logit = std::log(share / (1 - share));
  const auto set = [&](small_step& step) {
    set_parameter(*step.made, "mixer.block.value.conv.weight", std::vector<double>(9, 0));  // channels, and lambda
    set_parameter(*step.made, "mixer.block.value.conv.bias", {logit});
  };
  small_step mixer("automix", joined(mixer_alone, {{"mask-weight", "3"}, {"mask-margin", "0.05"}}));
  set(mixer);
  const drawn_plan by_key(mixer, "mixer"), by_query(mixer, "encoder");
  REQUIRE(std::abs(by_key.lambda - by_query.lambda) > 0.02);
  REQUIRE(by_key.partner != by_query.partner);
  // the key network begins as the other one
  const std::vector<int>& labels = mixer.from.labels;
  const double of_mixture = mixed_cross_entropy(mixer.embedded(shown(mixer.first(), by_key, share)), labels, by_key);
  const double of_mask = std::max(std::abs(1 - share - by_key.lambda) - 0.05, 0.0);
  CHECK(mixer.loss().loss.number() == Approx(of_mixture + 3 * of_mask).epsilon(1e-6));

  // the network learns from the same mixer's masks, by its own lambda: as they are, or rescaled to it
  for (const char* rescale : {"0", "1"}) {
    small_step network("automix",
                       {{"rescale", rescale}, {"mixer-weight", "0"}, {"mask-weight", "0"}, {"clean-weight", "0"}});
    set(network);
    const double seen = *rescale == '1' ? 1 - by_query.lambda : share;
    CHECK(network.loss().loss.number() ==
          Approx(mixed_cross_entropy(network.embedded(shown(network.first(), by_query, seen)), labels, by_query))
              .epsilon(1e-6));
  }
}

TEST_CASE("the mixer's gradients are differences of its loss, through key network, image and mask", "[examples]") {
  const std::string recipe = GENERATE("samix", "automix", "samix-i");
  small_step step(recipe, joined(mixer_alone, {{"mask-weight", "0.5"}}));
  std::vector<parameter> of_block;
  for (const parameter& p : step.made->parameters())
    if (p.name.starts_with("mixer.block.")) of_block.push_back(p);
  REQUIRE(of_block.size() >= 4);
  for (const parameter& p : of_block) {
    std::vector<double> numbers;
    for (index_t k = 0; k < p.value.extents().size(); ++k)
      numbers.push_back(0.5 * step.draws.normal(p.name.c_str(), k));
    set_parameter(*step.made, p.name, numbers);
  }
  backward(step.loss().loss);
  for (const parameter& p : of_block) {
    const std::vector<double> gradient = numbers_in(p.value.gradient());
    std::vector<double> numbers = numbers_in(p.value.value());
    // the entry that does most, and the first
    const auto largest =
        static_cast<std::size_t>(std::max_element(gradient.begin(), gradient.end(),
                                                  [](double a, double b) { return std::abs(a) < std::abs(b); }) -
                                 gradient.begin());
    for (const std::size_t k : {std::size_t{0}, largest}) {
      const double before = numbers[k], h = 1e-5;
      const auto loss_at = [&](double number) {
        numbers[k] = number;
        set_parameter(*step.made, p.name, numbers);
        return step.loss().loss.number();
      };
      const double above = loss_at(before + h), below = loss_at(before - h);
      loss_at(before);
      INFO(recipe << ", " << p.name << "[" << k << "]");
      CHECK(gradient[k] == Approx((above - below) / (2 * h)).epsilon(1e-4).margin(1e-8));
    }
    if (p.name.find("query.conv.bias") == std::string::npos && p.name.find("key.conv.bias") == std::string::npos)
      CHECK(gradient[largest] != 0);
  }
}
