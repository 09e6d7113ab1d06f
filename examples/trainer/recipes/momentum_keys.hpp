// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/momentum_copy.hpp"
#include "recipes/key_queue.hpp"
#include "recipes/virtual_labels.hpp"

namespace mixcon_train {
inline namespace recipes {

/// Options of recipes with a queue of keys.
struct momentum_key_options : embedding_options {
  index_t queue = 512;
  double key_decay = 0.99;
  void declare(option_list& to);
};

/// Keys by a network that follows the trained one, and a queue of past keys, which begins with random directions. Keys
/// are normalised by the statistics of their batch, as in training. He et al. 2020, arXiv:1911.05722.
class momentum_keys final : public module {
 public:
  /// Refuses a queue that is shorter than a batch. `followed` is what `embedder_of` makes of the same world.
  momentum_keys(const recipe_world& world, const momentum_key_options& chosen, const network& followed);

  /// This rank's samples (n, C, H, W) to unit rows (n, D), constants.
  variable keys_of(const variable& samples);
  /// Those of all ranks, in their order: the keys (N, D) of the batch, constants. They enter the queue after the step,
  /// so that every rank has the same one, and all of it.
  variable of_batch() const { return variable(newest_); }
  /// (queue, D), unit rows, constants.
  variable past() const { return queue_.past(); }
  void begin_from(const network& followed) { key_.follow(followed, 0); }
  /// The network follows, and the newest keys take the place of the oldest.
  void after_step(const network& followed);

 private:
  momentum_key_options chosen_;
  momentum_copy<network> key_;
  key_queue queue_;
  tensor newest_{};  // the keys of this step, of all ranks
};

}  // namespace recipes
}  // namespace mixcon_train
