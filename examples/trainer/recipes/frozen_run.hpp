// SPDX-License-Identifier: BSD-3-Clause
// Another run whose networks are constants of this one: a teacher, a trained mixer.
#pragma once

#include "recipes/recipe.hpp"

#include <memory>
#include <string>

namespace mixcon_train {
inline namespace recipes {

/// The recipe of another run, remade from its settings and checkpoint on this run's device; averaged weights where it
/// was evaluated by these. No parameter wants a gradient, and none of it is registered anywhere: no optimiser, and no
/// checkpoint of this run, sees it.
struct frozen_run {
  std::string flag{};         ///< of the option that named it: "--teacher"
  std::string folder{};       ///< as it was given
  std::string identity{};     ///< run, step and a hash of its weights
  std::string recipe_name{};  ///< as in --recipe
  data_facts data{};          ///< what it learnt from
  std::unique_ptr<recipe> made{};
  variable factor{}, offset{};  ///< from this run's normalisation to its own, by band; empty: the same

  network& judged() const { return made->judged(); }
  /// Evaluation at first: batch normalisation by running statistics. In training they move with each batch.
  void set_training(bool training) const { made->set_training(training); }
  /// Samples (N, C, H, W) of this run, normalised as that run saw its own.
  variable as_it_saw(const variable& samples) const;
};

/// Refuses a run that learnt from samples of another kind, another size or other classes than `data`, in one sentence
/// that begins with its flag. Throws std::invalid_argument.
void require_same_data(const frozen_run& other, const data_facts& data);

}  // namespace recipes
}  // namespace mixcon_train
