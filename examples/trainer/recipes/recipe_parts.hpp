// SPDX-License-Identifier: BSD-3-Clause
// What the recipes share.
#pragma once

#include "autograd/loss_node.hpp"
#include "recipes/recipe.hpp"

#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <vector>

namespace mixcon_train {
inline namespace recipes {

inline mixcon::philox_draws draws_of(const settings& chosen, const recipe_step& step) {
  return {.seed = chosen.seed, .step = static_cast<std::uint64_t>(step.step)};
}

/// Images (N, C, H, W) in host memory, for blends.
template <class T>
mixcon::tensor_view<T, 4> as_images(T* images, const mixcon::image_shape& shape) {
  return {images, {shape.samples, shape.channels, shape.rows, shape.columns}};
}

/// The same as an input of the network; `rows` images lie one behind the other.
inline variable input_of(device& on, const std::vector<float>& images, const mixcon::image_shape& shape, index_t rows) {
  return variable(tensor_of(on, {rows, shape.channels, shape.rows, shape.columns}, images.data()));
}

/// A loss of mixcon as a variable, and on request how many anchors took part in it.
template <class Objective, class Targets>
variable contrasted(recipe_loss& made, const recipe_step& step, const Objective& objective, const Targets& targets,
                    const variable& anchors, const std::vector<variable>& segments) {
  made.anchors = anchors.extents()[0];
  device& on = anchors.on();
  if (step.counts_anchors) {
    with_numbers(on, [&](auto number) {
      using T = decltype(number);
      mixcon::candidate_segments<T> against;
      for (const variable& x : segments) against.add(detail::rows_of<T>(on.dense(x.value())));
      mixcon::saved_statistics<Objective, T> saved;
      made.anchors_used = mixcon::forward(mixcon::tiled{.threads = on.threads()}, objective, targets,
                                          detail::rows_of<T>(on.dense(anchors.value())), against, saved)
                              .anchors_used;
    });
  }
  return contrastive_loss(objective, targets, anchors, segments);
}

}  // namespace recipes
}  // namespace mixcon_train
