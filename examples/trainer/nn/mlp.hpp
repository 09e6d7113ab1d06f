// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/layers.hpp"

#include <memory>
#include <vector>

namespace mixcon_train {
inline namespace nn {

/// Linear layers with batch normalisation and a rectifier between them: {64, 128} is a linear map, {64, 64, 128} the
/// projection head of SimCLR, {128, 512, 128} the predictor of BYOL (arXiv:2006.07733) and SimSiam (arXiv:2011.10566).
/// Features (N, widths.front()) to (N, widths.back()).
class mlp final : public layer {
 public:
  /// What follows the last linear layer: nothing, or batch normalisation without a rectifier, as in SimSiam's
  /// projector.
  enum class end { plain, normalised };
  /// Refuses fewer than two widths.
  mlp(device& on, const std::vector<index_t>& widths, std::uint64_t seed, end last = end::plain);
  variable forward(const variable& x) override;

  /// The last linear layer: the classifier, where this is one.
  const linear_layer& last() const { return *last_; }

 private:
  std::vector<std::unique_ptr<layer>> layers_;
  const linear_layer* last_ = nullptr;
};

}  // namespace nn
}  // namespace mixcon_train
