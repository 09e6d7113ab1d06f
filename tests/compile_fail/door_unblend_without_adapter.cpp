// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this type is no tensor yet; include its adapter (mixcon/adapt/...)
// at most: 40 lines
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>

#include <vector>

struct tensor_of_elsewhere {};

int main() {
  const mixcon::mix_plan<mixcon::interpolated> plan{};
  const std::vector<float> upstream(4);
  tensor_of_elsewhere gradient;
  mixcon::unblend(plan, upstream, gradient);
}
