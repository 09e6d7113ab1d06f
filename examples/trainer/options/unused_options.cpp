// SPDX-License-Identifier: BSD-3-Clause
#include "options/unused_options.hpp"

#include "options/nearest_name.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <vector>

namespace mixcon_train {
inline namespace options {

namespace {

/// A setting that some recipes do not use, and those that do.
struct use {
  const char* setting;
  std::vector<std::string> recipes;
};

const std::vector<use>& uses() {
  static const std::vector<std::string> objective{"simclr", "supcon", "supmix", "unicon", "unicon-negatives"};
  static const std::vector<use> all{{"universum", {"unicon", "unicon-negatives"}},
                                    {"partner_share", {"unicon", "unicon-negatives"}},
                                    {"alpha", {"mixup", "cutmix", "manifold-mixup", "supmix"}},
                                    {"temperature", objective},
                                    {"embedding", objective}};
  return all;
}

}  // namespace

void require_use_of(const std::string& setting, const settings& chosen) {
  for (const use& each : uses())
    MIXCON_REQUIRE(setting != each.setting || std::count(each.recipes.begin(), each.recipes.end(), chosen.recipe) > 0,
                   flag_of(setting), ": the recipe ", chosen.recipe, " does not use it; ", listed(each.recipes),
                   " do. Leave it out, or choose one of these by --recipe.");
}

void refuse_unused_options(const settings& chosen, const std::set<std::string>& given) {
  for (const std::string& setting : given) require_use_of(setting, chosen);
  std::vector<std::string> lengths;
  if (given.count("images") > 0) lengths.emplace_back("--images");
  if (chosen.steps > 0) lengths.emplace_back("--steps");
  if (chosen.epochs > 0) lengths.emplace_back("--epochs");
  MIXCON_REQUIRE(lengths.size() <= 1, listed(lengths), " each say how long to train; give one of them.");
  for (const char* folder : {"data_folder", "out"})
    MIXCON_REQUIRE(
        given.count(folder) == 0 || !(std::string(folder) == "out" ? chosen.out : chosen.data_folder).empty(),
        flag_of(folder), ": the name of the folder is empty; expected a path.");
}

}  // namespace options
}  // namespace mixcon_train
