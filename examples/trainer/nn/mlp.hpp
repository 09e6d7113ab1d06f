// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/layers.hpp"

#include <memory>
#include <vector>

namespace mixcon_train {
inline namespace nn {

/// Linear layers with batch normalisation and a rectifier between them: {64, 128} is a linear map, {64, 64, 128} the
/// projection head of SimCLR. Features (N, widths.front()) to (N, widths.back()).
class mlp final : public layer {
 public:
  /// Refuses fewer than two widths.
  mlp(device& on, const std::vector<index_t>& widths, std::uint64_t seed);
  variable forward(const variable& x) override;

 private:
  std::vector<std::unique_ptr<layer>> layers_;
};

}  // namespace nn
}  // namespace mixcon_train
