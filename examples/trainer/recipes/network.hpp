// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/encoder.hpp"
#include "nn/mlp.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// An encoder with a head on its features: a classifier, or the projection of a contrastive loss.
class network final : public layer {
 public:
  enum class head_kind { classifier, projection };

  /// The head's widths behind the features: {10} is linear, to ten scores; {64, 128} an MLP. Refuses one class.
  network(device& on, std::unique_ptr<encoder> backbone, head_kind kind, const std::vector<index_t>& widths,
          std::uint64_t seed, mlp::end last = mlp::end::plain);

  /// Samples (N, C, H, W) to features (N, F); `mix` may stand in front of a layer, as in `encoder::forward`.
  variable features(const variable& samples, int at = -1, const std::function<variable(const variable&)>& mix = {}) {
    return backbone_->forward(samples, at, mix);
  }
  /// Features (N, F) to embeddings or scores (N, D).
  variable head(const variable& features) { return head_.forward(features); }
  variable forward(const variable& samples) override { return head(features(samples)); }
  /// The last linear layer of the head: of a classifier, the weights (K, F) and biases (K) of its classes.
  const linear_layer& last_layer() const { return head_.last(); }

  encoder& backbone() { return *backbone_; }
  bool classifies() const { return kind_ == head_kind::classifier; }
  index_t feature_width() const { return backbone_->features(); }
  index_t head_width() const { return head_width_; }
  int layers() const { return backbone_->layers(); }

 private:
  std::unique_ptr<encoder> backbone_;
  head_kind kind_;
  index_t head_width_;
  mlp head_;
};

}  // namespace recipes
}  // namespace mixcon_train
