// SPDX-License-Identifier: BSD-3-Clause
// Ten steps of a recipe on the emulated device, compared with those on the reference device.
#pragma once

#include "gpu/trainer/emulated_device.hpp"

#include "data/data_set.hpp"
#include "optimisers/optimiser_options.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/all_recipes.hpp"
#include "recipes/frozen_run.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train::ten_steps {

constexpr index_t samples = 8, steps = 10, classes = 3;
const mixcon::image_shape shape_of_batch{samples, 1, 8, 8};

using option_texts = std::vector<std::pair<std::string, std::string>>;

/// Views of images of three classes, noise around a mean of each class.
inline batch images_of(index_t step, index_t views) {
  const mixcon::philox_draws draws{.seed = 4, .step = static_cast<std::uint64_t>(step)};
  batch made;
  for (index_t i = 0; i < samples; ++i) {
    made.samples.push_back(step * 3 * classes + i);
    made.labels.push_back(static_cast<int>(i % classes));
  }
  for (index_t k = 0; k < views * samples * 64; ++k) {
    const double mean = std::cos(0.37 * static_cast<double>(k % 64 * (1 + k / 64 % samples % classes)));
    made.images.push_back(static_cast<float>(mean + 0.5 * draws.normal("pixel", k)));
  }
  return made;
}

/// The training samples that batches are of: noise, with their classes.
inline const data_set& training_samples() {
  static const data_set made = [] {
    data_set all{.name = "ten steps", .shape = {120, 1, 8, 8}, .class_names = {"a", "b", "c"}};
    const mixcon::philox_draws draws{.seed = 5};
    for (index_t k = 0; k < all.samples() * all.width(); ++k)
      all.images.push_back(static_cast<std::uint8_t>(draws.uniform("pixel", k, 0, 256)));
    for (index_t i = 0; i < all.samples(); ++i) all.labels.push_back(static_cast<int>(i % classes));
    return all;
  }();
  return made;
}

/// A run that it opens, such as a teacher, is of the recipe that is named as its folder, with other weights.
inline std::unique_ptr<recipe> new_small_recipe(device& on, const recipe_entry& entry, const option_texts& chosen) {
  const auto with = [](any_options options, const option_texts& values) {
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
  const data_facts facts = facts_of(training_samples());
  const auto open_run = [&](const std::string& flag, const std::string& folder) {
    const recipe_entry& of_run = recipe_called(folder.substr(folder.rfind('/') + 1));
    frozen_run opened{.flag = flag, .folder = folder, .recipe_name = of_run.name, .data = facts};
    opened.made = of_run.make({on, facts, 30, new_encoder}, of_run.new_options());
    opened.made->freeze();
    opened.made->set_training(false);
    return opened;
  };
  option_texts all{{"embedding", "16"}, {"queue", "20"}};
  all.insert(all.end(), chosen.begin(), chosen.end());
  return entry.make({on, facts, 3, new_encoder, samples, &training_samples(), open_run},
                    with(entry.new_options(), all));
}

/// What ten steps came to, by name.
struct trained {
  std::vector<std::pair<std::string, std::vector<double>>> tensors{};
  std::vector<double> losses{};
  std::uint64_t copies_to_host = 0;  // in the last five steps
  index_t allocations = 0;
};
inline trained trained_on(device& on, const recipe_entry& entry, const option_texts& chosen) {
  const auto made = new_small_recipe(on, entry, chosen);
  const auto by = new_optimiser({}, made->parameters());
  const auto copies = [] { return gpu::emulated::the_counts().copies_to_host; };
  trained found;
  for (index_t step = 0; step < steps; ++step) {
    if (step == steps - 5) found.copies_to_host = copies(), found.allocations = on.allocations();
    const batch from = images_of(step, made->wants().views);
    const recipe_step asked{.from = from,
                            .shape = shape_of_batch,
                            .draws = {.seed = 9, .step = static_cast<std::uint64_t>(step)},
                            .step = step,
                            .steps = steps};
    if (step == 0) made->begin_epoch(asked);
    const recipe_loss loss = made->loss(asked);
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

/// A recipe's run. Plans that mix in front of a random layer need room of another size wherever a layer is drawn first.
struct run_to_check {
  std::uint64_t outcomes = 1;  // losses whose outcome a step reads
  bool sizes_vary = false;
  option_texts options{};
};

/// Weights and state are within 1e-4 of the reference device's; numbers are read from the device only for the outcomes
/// of the recipe's losses, and for its number; and from the sixth step on no memory is taken from the driver.
inline void check_recipe(emulated_device<float>::adder add_losses, const recipe_entry& entry,
                         const run_to_check& run = {}) {
  emulated_device<float> far(add_losses);
  reference_device near;
  const trained found = trained_on(far, entry, run.options), expected = trained_on(near, entry, run.options);
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
    INFO(entry.name << ": " << expected.tensors[n].first);
    CHECK(apart <= 1e-4 * largest);
    furthest = std::max(furthest, apart / largest);
  }
  INFO(entry.name << ": tensors are apart by " << furthest << " of their largest number");
  CHECK(furthest > 0);  // float is not double: both have computed
  CHECK(found.copies_to_host == (run.outcomes + 1) * 5);
  CHECK((run.sizes_vary || found.allocations == 0));
}

}  // namespace mixcon_train::ten_steps
