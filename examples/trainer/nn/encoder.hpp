// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/layer.hpp"

#include <functional>

namespace mixcon_train {
inline namespace nn {

/// What makes features (N, F) of samples: images, rows or clips. It is a chain of layers 0 .. layers() - 1, so that
/// callers can mix what arrives at one of them, or stop there; what arrives at `layers()` are the features. A class of
/// encoders implements `through` and no more.
class encoder : public layer {
 public:
  /// The width F.
  virtual index_t features() const = 0;
  virtual int layers() const = 0;

  variable forward(const variable& x) override { return rest_from(0, x); }
  /// The same, with what arrives at layer `at` replaced by `mix` of it: 0 the input, ... `layers()` the features.
  /// Manifold mixup. A negative one mixes nothing. Refuses a larger one.
  variable forward(const variable& x, int at, const std::function<variable(const variable&)>& mix);
  /// What arrives at layer `at`; later layers are not computed.
  variable features_at(int at, const variable& x);
  /// The features made of what arrives at layer `at`.
  variable rest_from(int at, const variable& hidden);

 protected:
  /// What layer `at` = 0 .. layers() - 1 makes of what arrives there.
  virtual variable through(int at, const variable& arriving) = 0;
};

}  // namespace nn
}  // namespace mixcon_train
