// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"
#include "options/option_list.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <string>

namespace mixcon_train {
inline namespace recipes {

/// How the embedding of a mixture is compared with the keys of its two images, without labels: SAMix-I, Li et al. 2021,
/// arXiv:2111.15454.
struct mixed_key_options {
  std::string mix_loss = "infonce", partner_view = "other", positive_view = "other";
  double auxiliary = 0.5;
  void declare(option_list& to);
  /// Whether partners are images of the second view; own images are of the first.
  bool takes_other_partners() const { return partner_view == "other"; }
  /// Whether an own image is matched with the key of the second view; and a partner.
  bool own_by_second() const { return positive_view == "other"; }
  bool partner_by_second() const { return takes_other_partners() != own_by_second(); }
  /// The weight of the auxiliary loss.
  double auxiliary_at(index_t step, index_t steps) const;
};

/// The keys of both images of each mixture, and those of the past: unit rows, constants.
struct mixture_keys {
  variable own{}, partner{};  ///< (N, D)
  variable past{};            ///< (M, D)
  double lambda = 1, temperature = 0.1;
};

/// Of embeddings z (N, D), made unit rows here:
///   infonce  lambda NCE(z, own; past) + (1 - lambda) NCE(z, partner; past)
///   bce      cross entropy of lambda and 1 - lambda under the softmax of the two keys alone
variable mixed_key_loss(const std::string& kind, const variable& z, const mixture_keys& keys);
/// The same, and the weighted one of keys extended by draws; `weight` 0: none.
variable mixed_key_loss(const std::string& kind, const variable& z, const mixture_keys& keys, double weight,
                        const mixcon::philox_draws& draws);
/// What it is where embeddings know nothing.
double chance_of(const std::string& kind, index_t past);

/// Keys moved towards each other or, by half of the draws, away: t own + (1 - t) partner and t partner + (1 - t) own,
/// with t of each number Beta(2, 2), plus 1 where they move away; unit rows again. Zhu et al. 2021, arXiv:2108.02982.
mixture_keys extended(const mixture_keys& keys, const mixcon::philox_draws& draws);

}  // namespace recipes
}  // namespace mixcon_train
