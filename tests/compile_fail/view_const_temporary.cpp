// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this temporary owns its elements and a view would outlive them; keep it in a variable
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

const std::vector<float> made();

int main() { return mixcon::view<1>(made()).empty(); }
