// SPDX-License-Identifier: BSD-3-Clause
// Ten steps of two recipes on the emulated device, compared with those on the reference device.
#include "gpu/trainer/emulated_device.hpp"

#include "devices/cuda/losses/classes.cuh"
#include "devices/cuda/losses/labels.cuh"
#include "optimisers/optimiser_options.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/all_recipes.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace mixcon_train;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_label_loss<float>(to, queue);
  add_class_loss<float>(to, queue);
}

constexpr index_t samples = 8, steps = 10, classes = 3;
const mixcon::image_shape shape_of_batch{samples, 1, 8, 8};

/// Views of images of three classes, noise around a mean of each class.
batch images_of(index_t step, index_t views) {
  const mixcon::philox_draws draws{.seed = 4, .step = static_cast<std::uint64_t>(step)};
  batch made;
  for (index_t i = 0; i < samples; ++i) made.labels.push_back(static_cast<int>(i % classes));
  for (index_t k = 0; k < views * samples * 64; ++k) {
    const double mean = std::cos(0.37 * static_cast<double>(k % 64 * (1 + k / 64 % samples % classes)));
    made.images.push_back(static_cast<float>(mean + 0.5 * draws.normal("pixel", k)));
  }
  return made;
}

std::unique_ptr<recipe> new_small_recipe(device& on, const std::string& name) {
  const auto with = [](any_options options, const std::vector<std::pair<std::string, std::string>>& values) {
    option_list list;
    options.declare(list);
    for (const auto& [option, text] : values)
      if (list.find(option) != nullptr) set_option(*list.find(option), text, option);
    return options;
  };
  const encoder_entry& encodes = encoder_called("resnet8");
  const auto new_encoder = [&on, &encodes, with](std::uint64_t seed) {
    return encodes.make(on, "resnet8", with(encodes.new_options(), {{"width", "4"}}), shape_of_batch, seed);
  };
  const data_facts facts{sample_kind::image, {120, 1, 8, 8}, classes, {40, 40, 40}};
  const recipe_entry& entry = recipe_called(name);
  return entry.make({on, facts, 3, new_encoder}, with(entry.new_options(), {{"embedding", "16"}}));
}

/// What ten steps came to, by name.
struct trained {
  std::vector<std::pair<std::string, std::vector<double>>> tensors{};
  std::vector<double> losses{};
  std::uint64_t copies_to_host = 0;  // in the last five steps
  index_t allocations = 0;
};
trained trained_on(device& on, const std::string& name) {
  const auto made = new_small_recipe(on, name);
  const auto by = new_optimiser({}, made->parameters());
  const auto copies = [] { return gpu::emulated::the_counts().copies_to_host; };
  trained found;
  for (index_t step = 0; step < steps; ++step) {
    if (step == steps - 5) found.copies_to_host = copies(), found.allocations = on.allocations();
    const batch from = images_of(step, made->wants().views);
    const recipe_loss loss = made->loss({.from = from,
                                         .shape = shape_of_batch,
                                         .draws = {.seed = 9, .step = static_cast<std::uint64_t>(step)},
                                         .step = step,
                                         .steps = steps});
    backward(loss.loss);
    found.losses.push_back(loss.loss.number());
    by->step(0.05);
    made->after_step(step, steps);
  }
  found.copies_to_host = copies() - found.copies_to_host, found.allocations = on.allocations() - found.allocations;
  const auto keep = [&](const std::string& of, const tensor& x) {
    found.tensors.emplace_back(of, std::vector<double>(static_cast<std::size_t>(x.extents().size())));
    copy_numbers(x, found.tensors.back().second.data());
  };
  for (const parameter& p : made->parameters()) keep(p.name, p.value.value());
  for (const state_tensor& s : made->state()) keep(s.name, *s.value);
  return found;
}

void check_recipe(const std::string& name) {
  emulated_device<float> far(add_losses);
  reference_device near;
  const trained found = trained_on(far, name), expected = trained_on(near, name);
  for (std::size_t k = 0; k < expected.losses.size(); ++k)
    CHECK(found.losses[k] == Approx(expected.losses[k]).epsilon(1e-4));
  REQUIRE(found.tensors.size() == expected.tensors.size());
  double furthest = 0;
  for (std::size_t n = 0; n < expected.tensors.size(); ++n) {
    const std::vector<double>&numbers = found.tensors[n].second, &meant = expected.tensors[n].second;
    double largest = 0.1, apart = 0;
    for (std::size_t k = 0; k < meant.size(); ++k) {
      largest = std::max(largest, std::abs(meant[k]));
      apart = std::max(apart, std::abs(numbers[k] - meant[k]));
    }
    INFO(name << ": " << expected.tensors[n].first);
    CHECK(apart <= 1e-4 * largest);
    furthest = std::max(furthest, apart / largest);
  }
  INFO(name << ": tensors are apart by " << furthest << " of their largest number");
  CHECK(furthest > 0);                   // float is not double: both have computed
  CHECK(found.copies_to_host == 2 * 5);  // the outcome of the loss, and its number
  CHECK(found.allocations == 0);
}

}  // namespace

TEST_CASE("ten steps of supcon are the reference device's, and copy nothing to the host but the outcome", "[gpu]") {
  check_recipe("supcon");
}
TEST_CASE("ten steps of mixup are the reference device's, and copy nothing to the host but the outcome", "[gpu]") {
  check_recipe("mixup");
}
