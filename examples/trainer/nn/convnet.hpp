// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/encoder.hpp"
#include "nn/layers.hpp"

#include <memory>
#include <vector>

namespace mixcon_train {
inline namespace nn {

/// Which plain convolutional network.
struct convnet_options {
  index_t channels = 3;  ///< of an image
  index_t width = 32;    ///< of the first stage; 2 and 4 times as many in the others
  std::uint64_t seed = 0;
};

/// Three stages of a 3 x 3 convolution with stride 2, batch normalisation and a rectifier: images (N, C, H, W) to
/// features (N, 4 width), the mean over places. Small and fast, for students and teachers of distillation. Layer k of
/// `encoder` is stage k; the mean belongs to the last one.
class convnet final : public encoder {
 public:
  /// Refuses counts below 1.
  convnet(device& on, const convnet_options& options);

  index_t features() const override { return 4 * width_; }
  int layers() const override { return static_cast<int>(convolutions_.size()); }

 protected:
  variable through(int at, const variable& arriving) override;

 private:
  index_t width_;
  std::vector<std::unique_ptr<layer>> convolutions_{}, norms_{};
};

}  // namespace nn
}  // namespace mixcon_train
