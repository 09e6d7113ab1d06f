// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/losses/knowledge_distillation.hpp>

namespace mixcon_train {
inline namespace autograd {

/// Hinton's distillation as an operator: the class scores (N, C) of a student are to be softened to a teacher's, which
/// get no gradient. On a device that computes operators where rows lie, it is made of these, for scores that are finite
/// numbers; there rounding may leave a value a little below 0 where both agree.
variable distillation_loss(const mixcon::knowledge_distillation& loss, const variable& student,
                           const variable& teacher);

}  // namespace autograd
}  // namespace mixcon_train
