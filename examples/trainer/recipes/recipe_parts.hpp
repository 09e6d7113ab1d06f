// SPDX-License-Identifier: BSD-3-Clause
// What the recipes share.
#pragma once

#include "autograd/loss_node.hpp"
#include "options/any_options.hpp"
#include "recipes/recipe_entry.hpp"

#include <mixcon/core/tensor_view.hpp>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// The options of a contrastive loss of embeddings.
struct embedding_options {
  double temperature = 0.1;
  index_t embedding = 128, head_hidden = 0;
  void declare(option_list& to) {
    to.add("temperature", temperature, {1e-3, 1e3}, "of the loss; smaller is sharper", "0.1 on images");
    to.add("embedding", embedding, {2, 65536}, "width of an embedding", "128");
    to.add("head-hidden", head_hidden, {0, 65536}, "width of the hidden layer of the projection head; 0: it is linear",
           "width of the features");
  }
};

/// The options of a policy that mixes by a Beta lambda.
struct alpha_option {
  double alpha = 1;
  void declare(option_list& to) { to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha)", "1"); }
};

/// A network with a linear head that gives a score for each class.
inline std::unique_ptr<network> classifier_of(const recipe_world& world) {
  return std::make_unique<network>(world.on, world.new_encoder(world.seed), network::head_kind::classifier,
                                   std::vector<index_t>{world.data.classes}, world.seed + 1);
}
/// A network whose head, linear or with one hidden layer, gives embeddings.
inline std::unique_ptr<network> embedder_of(const recipe_world& world, const embedding_options& chosen) {
  std::vector<index_t> widths{chosen.embedding};
  if (chosen.head_hidden > 0) widths.insert(widths.begin(), chosen.head_hidden);
  return std::make_unique<network>(world.on, world.new_encoder(world.seed), network::head_kind::projection, widths,
                                   world.seed + 1);
}

/// A recipe with one network.
class network_recipe : public recipe {
 public:
  network_recipe(device& on, std::unique_ptr<network> net) : on_(on), net_(std::move(net)) {
    register_part("network", *net_);
  }
  network& judged() override { return *net_; }

 protected:
  device& on() { return on_; }
  network& net() { return *net_; }

 private:
  device& on_;
  std::unique_ptr<network> net_;
};

/// Samples (N, C, H, W) in host memory, for blends.
template <class T>
mixcon::tensor_view<T, 4> as_images(T* images, const mixcon::image_shape& shape) {
  return {images, {shape.samples, shape.channels, shape.rows, shape.columns}};
}

/// The same as an input of the network; `rows` samples lie one behind the other.
inline variable input_of(device& on, std::span<const float> images, const mixcon::image_shape& shape, index_t rows) {
  return variable(tensor_of(on, {rows, shape.channels, shape.rows, shape.columns}, images.data()));
}

/// Samples of a step as an input of the network: `images` has blocks of the whole batch, such as its views, and this
/// rank's part of each is taken, block by block.
inline variable own_input_of(device& on, std::span<const float> images, const mixcon::image_shape& shape,
                             index_t blocks, const batch_share& share) {
  if (share.parts == 1) return input_of(on, images, shape, blocks * shape.samples);
  const index_t own = share.samples(shape.samples), width = shape.channels * shape.rows * shape.columns;
  kept_list<float> mine;
  mine.reserve(static_cast<std::size_t>(blocks * own * width));
  for (index_t block = 0; block < blocks; ++block) {
    const auto first = images.begin() + (block * shape.samples + share.first(shape.samples)) * width;
    mine.insert(mine.end(), first, first + own * width);
  }
  return input_of(on, mine, shape, blocks * own);
}

/// A loss of mixcon as a variable, and how many anchors took part in it.
template <class Objective, class Targets>
variable contrasted(recipe_loss& made, const Objective& objective, const Targets& targets, const variable& anchors,
                    const variable_list& segments) {
  made.anchors = anchors.on().rank_count() * anchors.extents()[0];
  return contrastive_loss(objective, targets, anchors, segments, &made.anchors_used);
}

}  // namespace recipes
}  // namespace mixcon_train
