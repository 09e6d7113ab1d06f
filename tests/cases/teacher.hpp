// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cases/loss_case.hpp"

namespace mixcon_test {

/// The teacher's rows, which have no gradient: the constants after the first one.
inline matrix<double> as_matrix(const std::vector<double>& constants, index_t rows) {
  matrix<double> m(rows, (static_cast<index_t>(constants.size()) - 1) / rows);
  for (std::size_t k = 0; k < m.entries().size(); ++k) m.entries()[k] = constants[k + 1];
  return m;
}

}  // namespace mixcon_test
