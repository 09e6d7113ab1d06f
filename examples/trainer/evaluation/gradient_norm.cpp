// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/gradient_norm.hpp"

#include <cmath>

namespace mixcon_train {
inline namespace evaluation {

double gradient_norm(const std::vector<parameter>& parameters) {
  double sum = 0;
  std::vector<double> numbers;
  for (const parameter& p : parameters) {
    if (!p.value.gradient()) continue;
    numbers.resize(static_cast<std::size_t>(p.value.extents().size()));
    copy_numbers(p.value.gradient(), numbers.data());
    for (const double number : numbers) sum += number * number;
  }
  return std::sqrt(sum);
}

}  // namespace evaluation
}  // namespace mixcon_train
