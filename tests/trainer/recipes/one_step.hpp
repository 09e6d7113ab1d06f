// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A recipe in double with one batch, for tests that compute its loss by hand.

#include "autograd/rows.hpp"
#include "data/loader.hpp"
#include "devices/reference_device.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/all_recipes.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {

using options_given = std::vector<std::pair<std::string, std::string>>;
using numbers = std::vector<double>;
constexpr index_t samples = 12, inputs = 6;

inline numbers numbers_in(const variable& x) {
  numbers found(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x.value(), found.data());
  return found;
}

/// A recipe in double on a batch of rows of three classes.
class one_step {
 public:
  one_step(const std::string& recipe, const options_given& options, std::uint64_t seed = 5,
           const std::vector<index_t>& counts = {40, 40, 40})
      : seed_(seed) {
    const recipe_entry& entry = recipe_called(recipe);
    any_options chosen = entry.new_options();
    option_list list;
    chosen.declare(list);
    for (const auto& [name, text] : options) set_option(*list.find(name), text, "--" + name);
    any_options of_encoder = encoder_called("maxout-mlp").new_options();
    const data_facts facts{sample_kind::row, {120, 1, 1, inputs}, static_cast<index_t>(counts.size()), counts};
    const auto new_encoder = [this, of_encoder](std::uint64_t of_weights) mutable {
      option_list of_it;
      of_encoder.declare(of_it);
      set_option(*of_it.find("mlp-width"), "8", "width");
      return encoder_called("maxout-mlp").make(on, "maxout-mlp", of_encoder, shape, of_weights);
    };
    made = entry.make({on, facts, 3, new_encoder}, chosen);
    for (index_t k = 0; k < samples * inputs; ++k) rows.images.push_back(static_cast<float>(draws().normal("x", k)));
    for (index_t i = 0; i < samples; ++i) rows.labels.push_back(static_cast<int>(i * i % 3 + i % 2));
  }
  mixcon::philox_draws draws() const { return {.seed = seed_}; }
  recipe_loss loss() { return made->loss({.from = rows, .shape = shape, .draws = draws()}); }
  network& net() { return made->judged(); }
  /// The targets of a policy of the table.
  mixcon::pair_targets targets(const char* policy, double alpha) const {
    const policy_entry& entry = policy_called(policy);
    return *entry
                .mix_for_training(batch_of_step(rows.images, rows.labels, shape), draws(),
                                  {.alpha = alpha, .per = entry.usual})
                .targets;
  }

  reference_device on{};
  image_shape shape{samples, 1, 1, inputs};
  batch rows{};
  std::unique_ptr<recipe> made{};

 private:
  std::uint64_t seed_;
};

}  // namespace mixcon_train
