// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: a tensor_view has at least one axis; pass a scalar as a scalar
#include <mixcon/core/tensor_view.hpp>

int main() {
  const mixcon::tensor_view<float, 0> scalar{};
  return scalar.empty();
}
