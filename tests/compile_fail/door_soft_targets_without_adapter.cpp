// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this type is no tensor yet; include its adapter (mixcon/adapt/...)
// at most: 40 lines
#include <mixcon/mix/labels/pair_targets.hpp>

struct tensor_of_elsewhere {};

int main() {
  tensor_of_elsewhere soft;
  mixcon::soft_targets(mixcon::pair_targets{}, soft);
}
