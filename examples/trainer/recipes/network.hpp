// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/mlp.hpp"
#include "nn/resnet.hpp"
#include "options/settings.hpp"

#include <functional>

namespace mixcon_train {
inline namespace recipes {

/// Whether a recipe trains a classifier on the backbone, in the place of a projection head.
bool has_classifier(const settings& chosen);

/// The network that settings ask for: a residual backbone, and a linear map of its features to embeddings or, for
/// recipes with a classifier, to a score for each class.
class network final : public layer {
 public:
  network(device& on, const settings& chosen, index_t channels, index_t classes);

  /// Images (N, C, H, W) to features (N, F); `mix` may stand in front of layer `at`, as in `encoder::forward`.
  variable features(const variable& images, int at = -1, const std::function<variable(const variable&)>& mix = {}) {
    return backbone_.forward(images, at, mix);
  }
  /// Features (N, F) to embeddings or scores (N, D).
  variable head(const variable& features) { return head_.forward(features); }
  variable forward(const variable& images) override { return head(features(images)); }

  index_t feature_width() const { return backbone_.features(); }
  index_t head_width() const { return head_width_; }
  int layers() const { return backbone_.layers(); }

 private:
  resnet backbone_;
  index_t head_width_;
  mlp head_;
};

}  // namespace recipes
}  // namespace mixcon_train
