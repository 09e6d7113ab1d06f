// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this type is no tensor yet; include its adapter (mixcon/adapt/...)
// at most: 40 lines
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>

struct tensor_of_elsewhere {};

int main() {
  const mixcon::mix_plan<mixcon::interpolated> plan{};
  tensor_of_elsewhere images, mixed;
  mixcon::blend(plan, images, mixed);
}
