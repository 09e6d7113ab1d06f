// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_options.hpp"
#include "data/views/views.hpp"
#include "options/any_options.hpp"
#include "options/config_file.hpp"
#include "recipes/recipe_entry.hpp"
#include "run/run_options.hpp"
#include "run/training_options.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// Everything that decides what a run computes, and where it puts it. Which options there are depends on recipe, data
/// and architecture; the defaults are those of the default job: UniCon in the role of its published code on
/// Fashion-MNIST, 1.2 million images.
struct settings {
  std::string recipe = "unicon", architecture{};
  any_options of_recipe{}, of_encoder{};
  data_options data{};
  view_options views{.image = small_image_augmentation()};
  training_options training{};
  run_options run{};

  /// Defaults, then what recipe and data set prefer, then what was given; of values for one option the last counts.
  /// Refuses an option that there is not, one that belongs to another recipe, encoder or kind of data, and a value that
  /// the option cannot have. Throws std::invalid_argument.
  explicit settings(const std::vector<given_value>& given = {});

  /// Of the samples of its data set.
  sample_kind kind() const;
  /// Every option, with its value in this object.
  option_list list();
  friend bool operator==(const settings& a, const settings& b);
};

/// The settings that {"recipe", "ce"}, {"steps", "3"} ask for.
settings settings_with(const std::vector<std::pair<std::string, std::string>>& values);

/// Settings as JSON and back. Reading refuses text that is not what was written; `path` starts the sentence. Throws
/// file_error.
std::string to_json(const settings& chosen);
settings settings_from_json(const std::string& text, const std::string& path);

/// Every option by name, as text.
std::vector<std::pair<std::string, std::string>> named_values(const settings& chosen);

/// Refuses an option that these settings do not have, and says what has it. Throws std::invalid_argument.
void refuse_option(const given_value& value, settings chosen);

/// The recipe of these settings. With `train`, which outlives it, it can train: it has samples to look at, and opens
/// the runs that its options name. Without, it is for evaluation.
std::unique_ptr<recipe> new_recipe(const settings& chosen, device& on, const data_facts& data,
                                   const data_set* train = nullptr);

}  // namespace run
}  // namespace mixcon_train
