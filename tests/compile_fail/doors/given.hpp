// SPDX-License-Identifier: BSD-3-Clause
// What the calls of the tables are given.
#pragma once

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

using namespace mixcon;

struct tensor_of_elsewhere {};  // of a type whose adapter is not included
inline tensor_of_elsewhere elsewhere;
inline float memory[16], more_memory[16];
inline double memory_of_double[16];
inline matrix_view<const float> z(memory, {4, 4});
inline matrix_view<float> gradient(more_memory, {4, 4});
inline matrix_view<double> gradient_of_double(memory_of_double, {4, 4});
inline tensor_view<const float, 3> cubes(memory, {4, 2, 2});
inline std::vector<float> flat(16);
inline std::vector<int> labels(4);
inline std::vector<float> owning_temporary() { return flat; }
