// SPDX-License-Identifier: BSD-3-Clause
// A recipe as the list of recipes holds it: its name, what can be said to it, and how it is made.
#pragma once

#include "options/any_options.hpp"
#include "recipes/recipe.hpp"

#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// Another default for an option of the run, its views or its encoder: {"batch", "512"}.
using preferred_value = std::pair<std::string, std::string>;

struct recipe_entry {
  const char* name = "";
  const char* summary = "";
  const char* paper = "";  ///< "Han et al. 2022, arXiv:2204.10695"; empty: older than papers on it
  std::vector<sample_kind> kinds{};
  any_options (*new_options)() = nullptr;
  std::vector<preferred_value> (*preferred)(sample_kind kind, index_t channels) = nullptr;
  /// What the paper trained with on a kind of samples, for --preset paper; empty: unknown, or it has none of that kind.
  std::vector<preferred_value> (*paper_values)(sample_kind kind) = nullptr;
  std::unique_ptr<recipe> (*make)(const recipe_world& world, const any_options& chosen) = nullptr;
  bool over_ranks = false;  ///< whether it can train on several ranks

  bool takes(sample_kind kind) const {
    for (const sample_kind each : kinds)
      if (each == kind) return true;
    return false;
  }
};

/// The entry of a class of recipes. It has `name`, `summary`, `paper`, a type `options` with `declare`, and a
/// constructor from world and options; and where it says so, `kinds` (all otherwise), `preferred(kind)`
/// or `preferred(kind, channels)`, and `paper_values(kind)`, or
/// `paper_values()` of all kinds (none). `over_ranks = true` says that its losses are those of all ranks' rows
/// (devices/ranks), and that its networks see the step's own samples alone.
template <class Recipe>
recipe_entry entry_of() {
  using options = typename Recipe::options;
  recipe_entry entry{Recipe::name, Recipe::summary, Recipe::paper};
  if constexpr (requires { Recipe::kinds; })
    entry.kinds.assign(std::begin(Recipe::kinds), std::end(Recipe::kinds));
  else
    entry.kinds = {sample_kind::image, sample_kind::row, sample_kind::clip};
  entry.new_options = [] { return any_options::of(options()); };
  entry.preferred = [](sample_kind kind, index_t channels) -> std::vector<preferred_value> {
    if constexpr (requires { Recipe::preferred(kind, channels); }) return Recipe::preferred(kind, channels);
    if constexpr (requires { Recipe::preferred(kind); }) return Recipe::preferred(kind);
    return {};
  };
  entry.paper_values = [](sample_kind kind) -> std::vector<preferred_value> {
    if constexpr (requires { Recipe::paper_values(kind); }) return Recipe::paper_values(kind);
    if constexpr (requires { Recipe::paper_values(); }) return Recipe::paper_values();
    return {};
  };
  entry.make = [](const recipe_world& world, const any_options& chosen) -> std::unique_ptr<recipe> {
    return std::make_unique<Recipe>(world, chosen.as<options>());
  };
  if constexpr (requires { Recipe::over_ranks; }) entry.over_ranks = Recipe::over_ranks;
  return entry;
}

}  // namespace recipes
}  // namespace mixcon_train
