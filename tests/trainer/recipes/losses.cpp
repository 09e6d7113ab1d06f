// SPDX-License-Identifier: BSD-3-Clause
// Recipes that compare two views train with each loss of the table, and its value is what mixcon says.
#include "recipes/losses.hpp"

#include "data/sets/readers.hpp"
#include "devices/reference_device.hpp"
#include "recipes/all_recipes.hpp"
#include "run/training_run.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/triplet_margin.hpp>

#include <algorithm>
#include <cmath>

using namespace mixcon_train;

namespace {

constexpr mixcon::index_t samples = 6, width = 5;

/// Two views of six samples, of which the second resemble the first.
std::vector<double> two_views() {
  const mixcon::philox_draws draws{.seed = 4};
  std::vector<double> rows;
  for (mixcon::index_t k = 0; k < 2 * samples * width; ++k)
    rows.push_back(draws.normal("first", k % (samples * width)) + 0.4 * draws.normal("own", k));
  return rows;
}

struct made_loss {
  double value = 0;
  recipe_loss said{};
};

made_loss by_table(const char* name, const std::vector<int>& group, double temperature = 0.3) {
  reference_device on;
  const std::vector<double> rows = two_views();
  const std::vector<float> narrow(rows.begin(), rows.end());
  made_loss made;
  const variable z(tensor_of(on, {2 * samples, width}, narrow.data()));
  made.value = comparing_loss_called(name).of(made.said, {.z = z, .group = group, .temperature = temperature}).number();
  return made;
}

/// The same rows as floats have them.
mixcon::matrix_view<const double> rows_of(const std::vector<double>& kept) {
  return {kept.data(), {2 * samples, width}};
}
std::vector<double> rounded_views() {
  std::vector<double> rows = two_views();
  for (double& x : rows) x = static_cast<double>(static_cast<float>(x));
  return rows;
}

template <class Formula, class Similarity>
double by_mixcon(const Formula& formula, const Similarity& similarity, const std::vector<int>& group) {
  const std::vector<double> kept = rounded_views();
  std::vector<double> slope(kept.size());
  return mixcon::value_and_grad(mixcon::serial{}, mixcon::objective{formula, similarity},
                                mixcon::label_targets{.labels = group, .views = 2}, rows_of(kept),
                                mixcon::matrix_view<double>(slope.data(), {2 * samples, width}));
}

const std::vector<int> classes{0, 1, 2, 0, 1, 2}, alone{0, 1, 2, 3, 4, 5};

}  // namespace

TEST_CASE("a loss of the table is the loss of that name over labels or views", "[examples]") {
  for (const std::vector<int>& group : {classes, alone}) {
    const auto cosine = mixcon::cosine{};
    CHECK(by_table("decoupled", group).value ==
          Approx(by_mixcon(mixcon::decoupled{.temperature = 0.3}, cosine, group)).epsilon(1e-6));
    CHECK(by_table("multi_similarity", group).value ==
          Approx(by_mixcon(mixcon::multi_similarity{}, cosine, group)).epsilon(1e-6));
    const mixcon::negative_distance apart{mixcon::rows::unit, mixcon::rows::unit};
    CHECK(by_table("triplet_margin", group).value ==
          Approx(by_mixcon(mixcon::triplet_margin{}, apart, group)).epsilon(1e-6));
  }
  const std::vector<double> kept = rounded_views();
  const mixcon::matrix_view<const double> first(kept.data(), {samples, width}),
      second(kept.data() + samples * width, {samples, width});
  const double expected = mixcon::value_and_grad(mixcon::serial{}, mixcon::barlow_twins{}, first, second, {});
  const made_loss twins = by_table("barlow_twins", alone);
  CHECK(twins.value == Approx(expected).epsilon(1e-6));
  CHECK(twins.said.anchors == samples);
}

TEST_CASE("a loss counts the anchors that have what it needs", "[examples]") {
  const made_loss made = by_table("decoupled", std::vector<int>(6, 1));  // no negatives
  CHECK(made.said.anchors == 12);
  CHECK(made.said.anchors_used == 0);
  CHECK(by_table("decoupled", classes).said.anchors_used == 12);
}

TEST_CASE("the temperature counts where a loss has one, and only there", "[examples]") {
  std::vector<double> values;
  for (const loss_entry& each : comparing_losses()) {
    INFO(each.name);
    values.push_back(by_table(each.name, classes).value);
    CHECK((by_table(each.name, classes, 0.3).value != by_table(each.name, classes, 0.6).value) == each.has_temperature);
  }
  std::sort(values.begin(), values.end());
  CHECK(std::unique(values.begin(), values.end()) == values.end());  // no two names are one loss
}

TEST_CASE("recipes train three steps with each loss", "[examples]") {
  const data_set digits = part_of(read_digits().train, 0, 64);
  for (const recipe_entry& entry : all_recipes()) {
    option_list list;
    any_options options = entry.new_options();
    options.declare(list);
    const option* const loss = list.find("loss");
    if (loss == nullptr) continue;
    CHECK(loss->choices == comparing_loss_names(std::string(entry.name) != "simclr"));
    CHECK(text_of(*loss) == "info_nce");
    for (const std::string& name : loss->choices) {
      INFO(entry.name << " with " << name);
      training_run run(settings_with({{"recipe", entry.name},
                                      {"loss", name},
                                      {"data", "digits"},
                                      {"width", "4"},
                                      {"batch", "16"},
                                      {"embedding", "8"},
                                      {"steps", "3"},
                                      {"lr", "0.01"},
                                      {"precision", "fp32"},
                                      {"threads", "1"}}),
                       digits);
      const auto before = hash_of(run.state().tensors);
      while (!run.is_done()) CHECK(std::isfinite(run.step().loss));
      CHECK(hash_of(run.state().tensors) != before);
    }
  }
  CHECK_THROWS_WITH(settings_with({{"recipe", "supcon"}, {"loss", "vicreg"}}), ContainsSubstring("--loss: "));
}
