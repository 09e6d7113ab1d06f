// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/mix/labels/pair_targets.hpp>

#include <vector>

// The operators: functions of variables that leave nodes. Shapes that do not fit are refused with one sentence
// (std::invalid_argument).
namespace mixcon_train {
inline namespace autograd {

variable add(const variable& a, const variable& b);
variable scale(const variable& x, double factor);
/// x (N, F) times weights (O, F) transposed, plus bias (O) where there is one: (N, O).
variable linear(const variable& x, const variable& weights, const variable& bias = {});
/// x (N, C, H, W) by weights (O, C, k, k).
variable conv2d(const variable& x, const variable& weights, const convolution_rule& rule);

/// The running statistics of a batch normalisation, (C) each; `momentum` is the share of a new batch in them.
struct running_statistics {
  tensor mean, variance;
  double momentum = 0.1;
};
/// Normalises each channel of x (N, C, H, W), or each feature of x (N, F), by the batch and updates the running
/// statistics (unbiased variance); when not `training`, by the running statistics, and then only without a gradient.
/// With `rectify` max(0, .) follows, at no cost.
variable batch_norm(const variable& x, const variable& scale, const variable& shift, running_statistics& running,
                    bool training, bool rectify = false);

variable relu(const variable& x);
/// max(0, a + b).
variable relu_of_sum(const variable& a, const variable& b);
/// The mean over rows and columns: (N, C, H, W) to (N, C).
variable global_average_pool(const variable& x);
variable max_pool(const variable& x, const pooling_rule& rule);

/// (N, ...) to (N, F).
variable flatten(const variable& x);
/// The rows of `above`, then those of `below`; the other extents are equal.
variable concatenate(const variable& above, const variable& below);
/// Rows [first, end).
variable slice(const variable& x, index_t first, index_t end);
/// Each row of x (N, F) divided by its length, or by 1e-12 if that is longer.
variable unit_rows(const variable& x);

/// The mean over samples of lambda CE(own) + (1 - lambda) CE(partner) of logits (N, K): the softmax cross-entropy of
/// labels, mixed ones or (lambda = 1) plain.
variable cross_entropy(const variable& logits, const mixcon::pair_targets& targets);
variable cross_entropy(const variable& logits, const std::vector<int>& labels);

}  // namespace autograd
}  // namespace mixcon_train
