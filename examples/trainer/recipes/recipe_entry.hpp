// SPDX-License-Identifier: BSD-3-Clause
// A recipe as the list of recipes holds it: its name, what can be said to it, and how it is made.
#pragma once

#include "options/option_list.hpp"
#include "recipes/recipe.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// The options of some recipe, with their values.
class recipe_options {
 public:
  virtual ~recipe_options() = default;
  virtual void declare(option_list& to) = 0;
  virtual std::unique_ptr<recipe_options> copy() const = 0;
};

/// Another default for an option of the run, its views or its encoder: {"batch", "512"}.
using preferred_value = std::pair<std::string, std::string>;

/// A recipe without options has these.
struct no_options {
  void declare(option_list& /*to*/) {}
};

struct recipe_entry {
  const char* name = "";
  const char* summary = "";
  const char* paper = "";  ///< "Han et al. 2022, arXiv:2204.10695"; empty: older than papers on it
  std::vector<sample_kind> kinds{};
  std::unique_ptr<recipe_options> (*new_options)() = nullptr;
  std::vector<preferred_value> (*preferred)(sample_kind kind) = nullptr;
  std::unique_ptr<recipe> (*make)(const recipe_world& world, const recipe_options& chosen) = nullptr;

  bool takes(sample_kind kind) const {
    for (const sample_kind each : kinds)
      if (each == kind) return true;
    return false;
  }
};

/// The entry of a class of recipes. It has `name`, `summary`, `paper`, a type `options` with `declare`, and a
/// constructor from world and options; and where it says so, `kinds` (all otherwise) and `preferred(kind)` (none).
template <class Recipe>
recipe_entry entry_of() {
  using options = typename Recipe::options;
  struct kept final : recipe_options {
    options value{};
    void declare(option_list& to) override {
      to.section(std::string("recipe ") + Recipe::name);
      value.declare(to);
    }
    std::unique_ptr<recipe_options> copy() const override { return std::make_unique<kept>(*this); }
  };
  recipe_entry entry{Recipe::name, Recipe::summary, Recipe::paper};
  if constexpr (requires { Recipe::kinds; })
    entry.kinds.assign(std::begin(Recipe::kinds), std::end(Recipe::kinds));
  else
    entry.kinds = {sample_kind::image, sample_kind::row, sample_kind::clip};
  entry.new_options = []() -> std::unique_ptr<recipe_options> { return std::make_unique<kept>(); };
  entry.preferred = [](sample_kind kind) -> std::vector<preferred_value> {
    if constexpr (requires { Recipe::preferred(kind); }) return Recipe::preferred(kind);
    return {};
  };
  entry.make = [](const recipe_world& world, const recipe_options& chosen) -> std::unique_ptr<recipe> {
    return std::make_unique<Recipe>(world, dynamic_cast<const kept&>(chosen).value);
  };
  return entry;
}

}  // namespace recipes
}  // namespace mixcon_train
