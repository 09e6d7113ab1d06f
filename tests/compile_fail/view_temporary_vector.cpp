// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this temporary owns its elements and a view would outlive them; keep it in a variable
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

int main() { return mixcon::view(std::vector<float>{1, 2, 3}).empty(); }
