// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/distillation_loss.hpp"

#include "autograd/aligned_loss_node.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/softmax.hpp"
#include "autograd/sums.hpp"

namespace mixcon_train {
inline namespace autograd {

variable distillation_loss(const mixcon::knowledge_distillation& loss, const variable& student,
                           const variable& teacher) {
  if (student.on().operators() == nullptr) return aligned_loss(loss, student, constant(teacher));
  detail::require_rank("distillation_loss", student, 2, "(samples, classes)");
  (loss.check)();
  MIXCON_REQUIRE(teacher.extents() == student.extents(), "distillation_loss: scores of the student ",
                 to_string(student.extents()), ", of the teacher ", to_string(teacher.extents()),
                 "; expected the same samples and classes");
  const auto softened = [&](const variable& scores) { return log_softmax(scale(scores, 1 / loss.temperature)); };
  const variable wanted = softened(constant(teacher)), found = softened(student);
  const variable divergence = sum(multiply(exponential(wanted), subtract(wanted, found)));
  return scale(divergence, loss.temperature * loss.temperature / static_cast<double>(student.extents()[0]));
}

}  // namespace autograd
}  // namespace mixcon_train
