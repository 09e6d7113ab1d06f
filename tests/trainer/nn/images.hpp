// SPDX-License-Identifier: BSD-3-Clause
// Images of noise for networks, and what comes out as numbers.
#pragma once

#include "autograd/variable.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <cstddef>
#include <vector>

namespace mixcon_test {

/// The same on every device.
inline mixcon_train::variable images_on(mixcon_train::device& on, const mixcon_train::shape& extents) {
  std::vector<double> numbers;
  for (mixcon::index_t k = 0; k < extents.size(); ++k)
    numbers.push_back(mixcon::philox_draws{.seed = 3}.normal("image", k));
  return mixcon_train::variable(mixcon_train::tensor_of(on, extents, numbers.data()));
}

inline std::vector<double> numbers(const mixcon_train::variable& x) {
  std::vector<double> read(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x.value(), read.data());
  return read;
}

}  // namespace mixcon_test
