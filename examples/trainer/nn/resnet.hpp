// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/encoder.hpp"
#include "nn/layers.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace nn {

/// Which residual network, for small images: the stem is one 3 x 3 convolution and no pooling.
struct resnet_options {
  /// 8, 14, 20, 32 ... (6 n + 2): three stages of widths w, 2 w, 4 w, as for CIFAR; 18, 34 (basic blocks) and 50
  /// (bottlenecks): four stages of widths w to 8 w. He et al. 2016, arXiv:1512.03385.
  int depth = 8;
  index_t channels = 3;     ///< of an image
  index_t width = 0;        ///< w; 0: 16, and 64 for depths 18, 34 and 50
  index_t stem_stride = 1;  ///< 2 halves the image at once, for a quarter of the cost
  std::uint64_t seed = 0;
};

/// A residual network without its classifier: images (N, C, H, W) to features (N, F), the mean over places. Layer 0 is
/// the stem, 1 the first stage, ...; the mean belongs to the last one.
class resnet final : public encoder {
 public:
  /// Refuses a depth that is none of those.
  resnet(device& on, const resnet_options& options);
  ~resnet() override;

  index_t features() const override { return features_; }
  int layers() const override { return static_cast<int>(stages_.size()) + 1; }

 protected:
  variable through(int at, const variable& arriving) override;

 private:
  class block;
  index_t features_ = 0;
  std::unique_ptr<layer> stem_, stem_norm_;
  std::vector<std::vector<std::unique_ptr<layer>>> stages_;
};

}  // namespace nn
}  // namespace mixcon_train
