// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <initializer_list>
#include <span>

namespace mixcon_train {
inline namespace autograd {

/// out_i = a own_i + b others_partner(i) + bias, for own and others (N, C, h, w), of which one may be left out,
/// partners in [0, N), and a bias (C) or none: what a linear map makes of pairs, from what it makes of the samples of a
/// batch.
variable pair_sum(const variable& own, double a, const variable& others, double b, std::span<const index_t> partner,
                  const variable& bias = {});
inline variable pair_sum(const variable& own, double a, const variable& others, double b,
                         std::initializer_list<index_t> partner, const variable& bias = {}) {
  return pair_sum(own, a, others, b, std::span(partner), bias);
}

}  // namespace autograd
}  // namespace mixcon_train
