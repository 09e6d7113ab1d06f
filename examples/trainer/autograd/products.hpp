// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

/// x (N, F) times weights (O, F) transposed, plus bias (O) where there is one: (N, O).
variable linear(const variable& x, const variable& weights, const variable& bias = {});
/// For each of B pairs of matrices their product, either of them transposed first: (B, n, k) and (B, k, m) to (B, n,
/// m).
variable batched_product(const variable& a, bool transpose_a, const variable& b, bool transpose_b);
/// x (N, C, H, W) by weights (O, C, k, k), plus bias (O) where there is one.
variable conv2d(const variable& x, const variable& weights, const convolution_rule& rule, const variable& bias = {});

}  // namespace autograd
}  // namespace mixcon_train
