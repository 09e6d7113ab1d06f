// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Runs in folders that do not outlive the test, to be other runs' teachers.

#include "data/data_set.hpp"
#include "recipes/all_recipes.hpp"
#include "run/training_run.hpp"
#include "trainer/scratch_folder.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mixcon_train_tests {

/// A run of a few steps, cross entropy unless `given` says otherwise, in a folder.
class quick_teacher {
 public:
  explicit quick_teacher(const mixcon_train::data_set& train,
                         const std::vector<std::pair<std::string, std::string>>& given = {}) {
    std::vector<std::pair<std::string, std::string>> all{
        {"recipe", "ce"}, {"steps", "8"}, {"lr", "0.05"}, {"precision", "fp32"}, {"threads", "1"}};
    all.insert(all.end(), given.begin(), given.end());
    mixcon_train::training_run run(mixcon_train::settings_with(all), train);
    run.name("0123456789abcdef-01234567", folder());
    while (!run.is_done()) run.step();
    save_checkpoint(folder(), run.state());
  }
  const std::string& folder() const { return scratch_.path(); }

 private:
  mixcon_test::scratch_folder scratch_{};
};

/// Whether a recipe can learn from another run.
inline bool takes_teacher(const std::string& recipe) {
  return mixcon_train::recipe_called(recipe).new_options().declares("teacher");
}

}  // namespace mixcon_train_tests
