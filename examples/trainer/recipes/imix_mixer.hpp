// SPDX-License-Identifier: BSD-3-Clause
// How i-Mix mixes samples and their virtual labels. Lee et al. 2021, arXiv:2010.08887.
#pragma once

#include "recipes/policy_of_run.hpp"
#include "recipes/virtual_labels.hpp"

#include <memory>
#include <optional>
#include <string>

namespace mixcon_train {
inline namespace recipes {

struct imix_options {
  double alpha = 1;
  std::string mix = "mixup", mix_at = "input";
  index_t input_mix = 0;
  void declare(option_list& to);
  static imix_options none() { return {.alpha = 0}; }  ///< nothing is mixed
  bool mixes() const { return alpha > 0; }
  /// Whether `mix` is the folder of a run that learned to mix.
  bool is_learned() const { return mix != "mixup" && mix != "cutmix"; }
};

/// Embeddings of this rank's samples, of which the first N are mixed among themselves on their way through the network.
struct mixed_embeddings {
  variable rows{};
  virtual_labels labels{};
};

/// Mixup with a lambda of each sample, or CutMix with one of the batch, in front of the encoder or of a random layer of
/// it; the own share is never the smaller one. Or the masks of a run that trained a mixer, whose lambda is any.
class imix_mixer {
 public:
  /// Refuses CutMix of samples that have no places, and a run that learned no policy, or one of other samples.
  imix_mixer(const recipe_world& world, const imix_options& chosen);

  bool mixes() const { return chosen_.mixes(); }
  std::optional<shown_mix> shown() const;
  /// Whether the images of all samples of a batch are looked at, also on one of many ranks. Where mixtures need no
  /// more than their partners' rows, these are gathered on the way.
  bool needs_whole_batch() const { return learned_ != nullptr || chosen_.input_mix > 0; }
  /// Both views of a batch, (2 N, C, H, W), with noise of other samples in them where InputMix is asked for.
  variable views_of(const recipe_step& step) const;
  /// Of samples (M, C, H, W), M >= N >= 2.
  mixed_embeddings embed(network& net, const variable& samples, const recipe_step& step) const;

 private:
  mixed_embeddings embed_by_masks(network& net, const variable& samples, const recipe_step& step) const;

  device& on_;
  imix_options chosen_;
  std::unique_ptr<policy_of_run> learned_{};
};

}  // namespace recipes
}  // namespace mixcon_train
