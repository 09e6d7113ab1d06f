// SPDX-License-Identifier: BSD-3-Clause
// A step of a recipe on 16 digits, and what i-Mix mixes of them by plain loops.
#pragma once

#include "data/loader.hpp"
#include "data/sets/readers.hpp"
#include "devices/reference_device.hpp"
#include "recipes/all_recipes.hpp"
#include "run/settings.hpp"
#include "support/catch.hpp"

#include <mixcon/mixes/mixup.hpp>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train_tests {

using namespace mixcon_train;
using options_given = std::vector<std::pair<std::string, std::string>>;
constexpr index_t samples = 16, width = 16, pixels = 64;

inline const data_set& digits() {
  static const data_set some = part_of(read_digits().train, 0, 160);
  return some;
}

inline settings small_run(const std::string& recipe, const options_given& more = {}) {
  options_given all{{"recipe", recipe}, {"data", "digits"}, {"width", "4"}, {"batch", "16"}};
  any_options chosen = recipe_called(recipe).new_options();
  if (chosen.declares("embedding")) all.push_back({"embedding", "16"});
  if (chosen.declares("queue")) all.push_back({"queue", "40"});
  if (chosen.declares("hidden")) all.push_back({"hidden", "24"});
  all.insert(all.end(), more.begin(), more.end());
  return settings_with(all);
}

inline std::vector<double> numbers_in(const tensor& x) {
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

inline double cosine(const std::vector<double>& a, std::size_t i, const std::vector<double>& b, std::size_t j) {
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
inline mixture mixture_of(const small_step& step, const std::vector<float>& images, double alpha) {
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
inline mixture unmixed(const std::vector<float>& images) {
  mixture made{images, std::vector<double>(samples, 1.0), {}};
  for (std::size_t i = 0; i < samples; ++i) made.partner.push_back(i);
  return made;
}

}  // namespace mixcon_train_tests
