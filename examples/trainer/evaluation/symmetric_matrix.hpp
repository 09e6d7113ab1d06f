// SPDX-License-Identifier: BSD-3-Clause
// What the evaluation needs of linear algebra; Eigen is compiled once, behind these.
#pragma once

#include <mixcon/core/config.hpp>

#include <vector>

namespace mixcon_train {
inline namespace evaluation {

using mixcon::index_t;

/// Solves matrix (D, D) * x = right (D, K) by Cholesky; the matrix is symmetric and positive definite. False when it is
/// not; `right` then holds nothing of use, else x.
bool solve_positive_definite(const std::vector<double>& matrix, std::vector<double>& right, index_t size,
                             index_t columns);

/// Eigenvalues, largest first, and row k of `vectors` (D, D) for value k.
struct eigen_system {
  std::vector<double> values{}, vectors{};
};
eigen_system eigen_system_of(const std::vector<double>& symmetric, index_t size);

}  // namespace evaluation
}  // namespace mixcon_train
