// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/device.hpp"

namespace mixcon_train {
inline namespace devices {

/// A device whose dense tensors lie in the host's memory: what no library has a kernel for, by plain loops over numbers
/// of its type. A device overrides what it can do better.
class host_device : public device {
 public:
  void read(const tensor& x, void* numbers) override;
  tensor write(const shape& extents, const void* numbers) override;
  tensor affine(const tensor& x, double factor, double offset) override;
  tensor apply(unary f, const tensor& x) override;
  tensor apply_gradient(unary f, const tensor& upstream, const tensor& x, const tensor& out) override;
  tensor apply(binary f, const tensor& a, const tensor& b) override;
  tensor summed(const tensor& x, const shape& extents) override;
  tensor repeated(const tensor& x, const shape& extents) override;
  tensor moved(const tensor& from, const tensor& to, double share) override;
  descended descend(const tensor& weights, const tensor& gradient, const tensor& velocity,
                    const descent_rule& rule) override;
  adapted adapt(const tensor& weights, const tensor& gradient, const tensor& mean, const tensor& square,
                const adam_rule& rule) override;
  tensor batched_product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) override;
};

}  // namespace devices
}  // namespace mixcon_train
