// SPDX-License-Identifier: BSD-3-Clause
// Contrast of two views where every sample is a class of its own, with mixtures of such labels: what N-pair, MoCo and
// i-Mix share. Lee et al. 2021, arXiv:2010.08887.
#pragma once

#include "recipes/recipe_parts.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// How i-Mix mixes.
struct imix_options {
  double alpha = 1;
  std::string mix = "mixup", mix_at = "input";
  index_t input_mix = 0;
  void declare(option_list& to);
  static imix_options none() { return {.alpha = 0}; }  ///< nothing is mixed
  bool mixes() const { return alpha > 0; }
  shown_mix shown() const { return {mix_at == "hidden" ? "manifold-mixup" : mix, {.alpha = alpha}}; }
};

/// The views of recipes that know no labels, and the temperatures of i-Mix: 0.2 on images, 0.1 on rows, 0.5 on clips.
std::vector<preferred_value> virtual_label_values(sample_kind kind, index_t channels);
/// The same, and alpha: 1, on rows 2.
std::vector<preferred_value> imix_values(sample_kind kind, index_t channels);

/// What the published code of i-Mix trains with, but for what its recipes add: CIFAR-10, Speech Commands, CovType.
std::vector<preferred_value> paper_of_imix(sample_kind kind, const char* epochs_on_images,
                                           const std::vector<preferred_value>& more);

/// Refuses CutMix of samples that have no places: rows of numbers.
void require_mixable(const recipe_world& world, const imix_options& chosen);

/// Which samples a row of the first view is made of: lambda of its own, the rest of its partner's. Where nothing is
/// mixed, one lambda of 1, and every sample is its own partner.
struct virtual_labels {
  std::vector<double> lambda{};    ///< (N), or one for all
  std::vector<index_t> partner{};  ///< (N)
};

/// Both views of a batch, (2 N, C, H, W), with noise of other samples in them where InputMix is asked for.
variable views_of(device& on, const recipe_step& step, const imix_options& chosen);

/// Embeddings of samples, of which the first N are mixed among themselves on their way through the network.
struct mixed_embeddings {
  variable rows{};  ///< of this rank's samples
  virtual_labels labels{};
};
/// i-Mix: Mixup with a lambda of each sample, or CutMix with one of the batch, in front of the encoder or of a random
/// layer of it. The own share is never the smaller one. Two samples at least.
mixed_embeddings embed_mixed(network& net, const variable& samples, const recipe_step& step,
                             const imix_options& chosen);

/// InfoNCE of queries (N, D) against the keys (N, D) of the batch: lambda of the own key, the rest of the partner's.
variable npair_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                    const variable& keys);
/// The same with past keys (M, D), unit rows, as further candidates: MoCo-n.
variable moco_n_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                     const variable& keys, const variable& past);
/// Of the keys (N, D) of the batch only the own and the partner's, once where these are one, and past keys (M, D): MoCo
/// where nothing is mixed. Keys are unit rows.
variable moco_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                   const variable& keys, const variable& past);

}  // namespace recipes
}  // namespace mixcon_train
