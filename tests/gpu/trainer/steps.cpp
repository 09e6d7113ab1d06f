// SPDX-License-Identifier: BSD-3-Clause
// Ten steps of two recipes on the emulated device, beside the reference device's.
#include "gpu/trainer/emulated_device.hpp"

#include "data/loader.hpp"
#include "data/sets/readers.hpp"
#include "data/views/views.hpp"
#include "devices/cuda/losses/classes.cuh"
#include "devices/cuda/losses/labels.cuh"
#include "optimisers/optimiser_options.hpp"
#include "recipes/recipe.hpp"
#include "run/settings.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace mixcon_train;

namespace {

template <class T>
void add_both(loss_table& to, cuda_queue& queue) {
  add_label_loss<T>(to, queue);
  add_class_loss<T>(to, queue);
}

constexpr index_t samples = 8, steps = 10;
const data_set& digits() {
  static const data_set some = part_of(read_digits().train, 0, 160);
  return some;
}

/// What ten steps came to, by name; and what they read from the device.
struct trained {
  std::vector<std::pair<std::string, std::vector<double>>> tensors{};
  std::vector<double> losses{};
  std::uint64_t copies_to_host = 0;  // in the last five steps
  index_t allocations = 0;
};
trained trained_on(device& on, const std::string& recipe, const std::string& optimiser) {
  std::vector<std::pair<std::string, std::string>> options{
      {"recipe", recipe}, {"data", "digits"}, {"width", "4"}, {"batch", std::to_string(samples)}};
  if (recipe == "supcon") options.emplace_back("embedding", "16");
  const settings chosen = settings_with(options);
  const auto views = new_views(digits(), channel_statistics_of(digits()), chosen.views);
  const auto made = new_recipe(chosen, on, facts_of(digits()), &digits());
  const auto by = new_optimiser({.optimiser = optimiser}, made->parameters());
  loader batches(*views, loader_options{.batch = samples, .views = made->wants().views});
  mixcon::image_shape of_view = digits().shape;
  of_view.samples = samples;
  const auto copies = [] { return gpu::emulated::the_counts().copies_to_host; };
  trained found;
  for (index_t step = 0; step < steps; ++step) {
    if (step == steps / 2) found.copies_to_host = copies(), found.allocations = on.allocations();
    const batch& from = batches.next();
    const recipe_loss loss = made->loss({.from = from,
                                         .shape = of_view,
                                         .draws = {.seed = 9, .step = static_cast<std::uint64_t>(step)},
                                         .step = step,
                                         .steps = steps});
    backward(loss.loss);
    found.losses.push_back(loss.loss.number());
    by->step(0.05);
    made->after_step(step, steps);
  }
  found.copies_to_host = copies() - found.copies_to_host, found.allocations = on.allocations() - found.allocations;
  const auto keep = [&](const std::string& name, const tensor& x) {
    found.tensors.emplace_back(name, std::vector<double>(static_cast<std::size_t>(x.extents().size())));
    copy_numbers(x, found.tensors.back().second.data());
  };
  for (const parameter& p : made->parameters()) keep(p.name, p.value.value());
  for (const state_tensor& s : made->state()) keep(s.name, *s.value);
  return found;
}

void check_recipe(const std::string& recipe, const std::string& optimiser) {
  emulated_device<float> far(add_both<float>);
  reference_device near;
  const trained found = trained_on(far, recipe, optimiser), expected = trained_on(near, recipe, optimiser);
  for (std::size_t k = 0; k < expected.losses.size(); ++k)
    CHECK(found.losses[k] == Approx(expected.losses[k]).epsilon(1e-4));
  REQUIRE(found.tensors.size() == expected.tensors.size());
  double moved = 0;
  for (std::size_t n = 0; n < expected.tensors.size(); ++n) {
    double largest = 1e-2, apart = 0;
    for (std::size_t k = 0; k < expected.tensors[n].second.size(); ++k) {
      largest = std::max(largest, std::abs(expected.tensors[n].second[k]));
      apart = std::max(apart, std::abs(found.tensors[n].second[k] - expected.tensors[n].second[k]));
    }
    INFO(recipe << ": " << expected.tensors[n].first);
    CHECK(apart <= 1e-4 * largest);
    moved += apart;
  }
  CHECK(moved > 0);                      // float is not double: both have computed
  CHECK(found.copies_to_host == 2 * 5);  // the outcome of the loss, and its number
  CHECK(found.allocations == 0);
}

}  // namespace

TEST_CASE("ten steps of supcon are the reference device's, and copy nothing to the host but the outcome", "[gpu]") {
  check_recipe("supcon", "sgd");
}
TEST_CASE("ten steps of mixup are the reference device's, and copy nothing to the host but the outcome", "[gpu]") {
  check_recipe("mixup", "sgd");
}
