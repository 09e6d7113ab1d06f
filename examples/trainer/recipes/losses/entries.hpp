// SPDX-License-Identifier: BSD-3-Clause
// What the table of losses is made of. Each part of it is a source of its own, so that none takes long to compile.
#pragma once

#include "recipes/losses.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>

#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// Cosines and a softmax over them; cosines and other formulas; distances; two aligned views.
std::vector<loss_entry> softmax_losses(), cosine_losses(), distance_losses(), aligned_losses();

namespace detail {

template <class Formula>
inline constexpr bool has_temperature = requires(Formula formula) { formula.temperature; };

/// An objective over pairs of rows. `Make` is a lambda that makes it of a temperature.
template <class Make>
variable over_pairs(recipe_loss& made, const rows_to_compare& rows) {
  return contrasted(made, Make{}(rows.temperature), mixcon::label_targets{.labels = rows.group, .views = 2}, rows.z,
                    {rows.z});
}

template <class Make>
loss_entry entry_over_pairs(const char* name, Make /*make*/, bool with_temperature = false) {
  return {.name = name, .has_temperature = with_temperature, .of = over_pairs<Make>};
}

/// A formula over cosines.
template <class Formula>
loss_entry entry_over_cosines(const char* name) {
  const auto make = [](double temperature) {
    Formula formula;
    if constexpr (has_temperature<Formula>) formula.temperature = temperature;
    return mixcon::objective{formula, mixcon::cosine{}};
  };
  return entry_over_pairs(name, make, has_temperature<Formula>);
}

/// A formula over distances of unit rows.
template <class Formula>
loss_entry entry_over_distances(const char* name) {
  return entry_over_pairs(name, [](double /*temperature*/) {
    return mixcon::objective{Formula{}, mixcon::negative_distance{mixcon::rows::unit, mixcon::rows::unit}};
  });
}

}  // namespace detail
}  // namespace recipes
}  // namespace mixcon_train
