// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/core/integer_view.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <vector>

namespace mixcon_train {
inline namespace autograd {

/// The mean over samples of lambda CE(own) + (1 - lambda) CE(partner) of logits (N, K): the softmax cross-entropy of
/// labels, mixed ones or (lambda = 1) plain; `mixcon::soft_cross_entropy`.
variable cross_entropy(const variable& logits, const mixcon::pair_targets& targets);
variable cross_entropy(const variable& logits, const mixcon::integer_view& labels);
variable cross_entropy(const variable& logits, const std::vector<int>& labels);

}  // namespace autograd
}  // namespace mixcon_train
