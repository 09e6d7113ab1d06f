// SPDX-License-Identifier: BSD-3-Clause
// What two units that include everything compute alike, each with its own flags.
#pragma once

#include <cstddef>
#include <vector>

namespace two_units {

struct answers {
  std::vector<double> plan;        // partners and lambdas: the same bits for any flags
  std::vector<double> losses;      // the same up to rounding
  std::vector<std::size_t> sizes;  // of types that both units hand around
};
answers first_answers();
answers second_answers();

}  // namespace two_units
