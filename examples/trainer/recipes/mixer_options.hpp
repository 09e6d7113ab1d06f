// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/mask_adjustment.hpp"
#include "nn/mask_loss.hpp"
#include "nn/multi_mix_block.hpp"
#include "options/option_list.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// How a mixer is made: which block, and its variant. AutoMix's, unless said otherwise.
struct mix_block_choice {
  std::string block = "pair", encoding = "none", value = "linear", upsample = "nearest", mixer_upsample = "same";
  std::string lambda_power = "-1";  ///< one or several
  double lambda_strength = 1, value_dropout = 0;
  index_t reduction = 2;
  bool value_sees_pair = false, attention_sees_pair = false, attention_norm = false, attention_scaled = true;
  void declare(option_list& to);
  /// AdAutoMix's block, which has no choice of values, and no lambda but as a channel.
  bool is_of_several() const { return block == "several"; }
  /// Refuses powers that are no list of numbers.
  mix_block_options for_block() const;
  multi_mix_block_options for_several() const;
  /// How masks may be enlarged, one of them at each call; and what the mixer's own masks have instead of that.
  std::vector<upsampling> upsamplings() const;
  std::optional<upsampling> upsampling_of_mixer() const;
};

/// What is asked of the masks that train the mixer.
struct mask_loss_choice {
  std::string mask_loss = "l1", mask_schedule = "constant";
  double mask_weight = 0.1, mask_margin = 0.1;
  void declare(option_list& to);
  bool is_none() const { return mask_loss == "none" || mask_weight == 0; }
  mask_loss_options for_loss() const;
  /// Of step `step` of `steps`: the same always, or falling to 0 by half a cosine.
  double weight(index_t step, index_t steps) const;
};

/// A mixer that is trained beside an encoder: lambda, masks, the encoder of its features, its own learning rate.
struct mixer_options : mix_block_choice, mask_loss_choice {
  double alpha = 2;
  index_t mask_layer = 2;
  double rescale = 1, rescale_margin = 0, lambda_margin = 0.08, mask_smoothing = 0;
  bool shapes_only = false;
  bool plain_in_class = false;  ///< declared by recipes that know labels
  double key_decay = 0, key_decay_end = 0.999999;
  double mixer_rate = 1, mixer_floor = 0.01, switch_off = 0;
  std::string mixer_schedule = "cosine";
  void declare(option_list& to);

  /// Refuses a deviation below the least one that is drawn.
  mask_adjustment adjustment() const;
  /// Share of itself that the key network keeps after step `step` of `steps`: `key_decay`, or 0: 1 - 1 / max(10, steps
  /// / 20), for the first tenth of the steps; then end - (end - begin) (cos(pi step / steps) + 1) / 2, which begins
  /// with a jump, as published.
  double key_decay_at(index_t step, index_t steps) const;
  /// The probability that the mixer learns at a step: 1, or with `switch_off` p > 0, p (cos(pi step / steps) + 1) / 2.
  double learns_at(index_t step, index_t steps) const;
};

}  // namespace recipes
}  // namespace mixcon_train
