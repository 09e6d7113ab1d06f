// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the engine is missing; it comes first, as in value_and_grad(tiled{}, objective, targets, ...)
// at most: 40 lines
#include <mixcon/losses/knowledge_distillation.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<const float> student{data, {2, 2}}, teacher{data, {2, 2}};
  value_and_grad(knowledge_distillation{}, student, teacher, {.first = matrix_view<float>{gradient, {2, 2}}});
}
