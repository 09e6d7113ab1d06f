// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

namespace mixcon_train {
inline namespace autograd {

// Functions of one or two numbers, entry by entry. Two tensors have one shape, or one rank, and the one that has extent
// 1 along an axis is repeated there: a factor for each channel of (N, C, H, W) has shape (1, C, 1, 1).

variable add(const variable& a, const variable& b);
variable subtract(const variable& a, const variable& b);
variable multiply(const variable& a, const variable& b);
inline variable operator+(const variable& a, const variable& b) { return add(a, b); }
inline variable operator-(const variable& a, const variable& b) { return subtract(a, b); }
inline variable operator*(const variable& a, const variable& b) { return multiply(a, b); }

/// One number a sample, (N), in the shape that repeats it over the entries of `x`: (N, 1, ...).
variable of_samples(const variable& numbers, const variable& x);
/// One number a channel or feature, (C), in the shape that repeats it over samples and places of `x`: (1, C, ...).
variable of_channels(const variable& numbers, const variable& x);

variable scale(const variable& x, double factor);
inline variable operator*(double factor, const variable& x) { return scale(x, factor); }
/// factor x + offset.
variable affine(const variable& x, double factor, double offset);

/// |x|; the slope at 0 is 0.
variable absolute(const variable& x);
variable square(const variable& x);
/// 1 / (1 + e^-x).
variable sigmoid(const variable& x);
/// x above 0, e^x - 1 below. Clevert et al. 2016, arXiv:1511.07289, with alpha = 1.
variable elu(const variable& x);
variable exponential(const variable& x);
/// log x, for x > 0.
variable logarithm(const variable& x);

variable relu(const variable& x);
/// max(0, a + b), of one shape: the end of a residual block.
variable relu_of_sum(const variable& a, const variable& b);

}  // namespace autograd
}  // namespace mixcon_train
