// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/contrastive_distillation.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/relational_distillation.hpp>

namespace {

/// A student's rows, with their gradient, and a teacher's.
template <class Loss>
double value_of_student(const mixcon_compare::call& given, const Loss& loss) {
  return mixcon_compare::value_of([&] {
    return mixcon::value_and_grad(given.engine(), loss, given.matrix(0), given.matrix(1), {.first = given.gradient(0)})
        .value;
  });
}

}  // namespace

/// Predictions and targets, (N, D).
extern "C" double call_byol(const mixcon_compare::call* given) { return value_of_student(*given, mixcon::byol{}); }
/// Logits, (N, K). Constants: the temperature.
extern "C" double call_knowledge_distillation(const mixcon_compare::call* given) {
  return value_of_student(*given, mixcon::knowledge_distillation{.temperature = given->constants[0]});
}
/// Constants: the weights of distances and angles.
extern "C" double call_relational_distillation(const mixcon_compare::call* given) {
  return value_of_student(*given, mixcon::relational_distillation{.distance = given->constants[0],  //
                                                                  .angle = given->constants[1]});
}
/// The student's rows (N, D), and for each 1 + K of the teacher's, the positive first. Constants: temperature, samples
/// of the data set, normalizer.
extern "C" double call_contrastive_distillation(const mixcon_compare::call* given) {
  const mixcon::index_t rows = given->extents[0][0], own = given->extents[1][0] / rows;
  const mixcon::tensor_view<const float, 3> teacher(given->rows[1], {rows, own, given->extents[1][1]});
  const double* const constants = given->constants;
  return mixcon_compare::value_of([&] {
    const mixcon::objective distilled{mixcon::contrastive_distillation{.temperature = constants[0],
                                                                       .negatives = static_cast<double>(own - 1),
                                                                       .samples = constants[1],
                                                                       .normalizer = constants[2]},
                                      mixcon::cosine{}};
    return mixcon_compare::value_of_pairs(*given, distilled, mixcon::first_own_targets{},
                                          mixcon::candidates(mixcon::own(teacher)), {.anchors = given->gradient(0)});
  });
}
