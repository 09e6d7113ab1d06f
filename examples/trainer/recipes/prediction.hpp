// SPDX-License-Identifier: BSD-3-Clause
// What recipes share that predict the embedding of one view from another, without negatives.
#pragma once

#include "nn/mlp.hpp"
#include "nn/momentum_copy.hpp"
#include "recipes/recipe_parts.hpp"

#include <mixcon/losses/byol.hpp>

namespace mixcon_train {
inline namespace recipes {

struct prediction_options {
  index_t embedding = 128, hidden = 256;
  void declare(option_list& to);
};
struct target_options : prediction_options {
  /// 0.996 in the paper, for hundreds of thousands of steps: in a few hundred such a target hardly leaves its random
  /// weights.
  double key_decay = 0.95;
  void declare(option_list& to);
};

/// A network, and an MLP with one hidden layer that predicts from its embeddings what another view's are.
class prediction_recipe : public network_recipe {
 public:
  prediction_recipe(const recipe_world& world, const prediction_options& chosen, std::unique_ptr<network> net);

 protected:
  variable predicted(const variable& embeddings) { return predictor_.forward(embeddings); }
  /// Of predictions (n, D) and the embeddings (n, D) that they should find, which are constants, of this rank's samples
  /// or of all: the mean over those of all ranks. Counts its anchors.
  static variable loss_of(recipe_loss& made, const recipe_step& step, const mixcon::byol& loss,
                          const variable& predictions, const variable& targets);

 private:
  mlp predictor_;
};

/// One whose targets are of a network that follows the trained one, slower and slower: at step k of K it keeps
/// 1 - (1 - decay) (cos(pi k / K) + 1) / 2 of itself. It is normalised by the statistics of its batch, as in training.
/// Grill et al. 2020, arXiv:2006.07733.
class target_recipe : public prediction_recipe {
 public:
  target_recipe(const recipe_world& world, const target_options& chosen);
  void after_step(index_t step, index_t steps) override;
  void begin_from_taken() override { target_.follow(net(), 0); }

 protected:
  /// Samples (N, C, H, W) to embeddings (N, D), constants.
  variable target_of(const variable& samples) { return constant(target_->forward(samples)); }

 private:
  double decay_;
  momentum_copy<network> target_;
};

}  // namespace recipes
}  // namespace mixcon_train
