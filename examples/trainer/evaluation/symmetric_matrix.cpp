// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/symmetric_matrix.hpp"

#include <mixcon/core/require.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

namespace mixcon_train {
inline namespace evaluation {

namespace {

using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

bool solve_positive_definite(const std::vector<double>& matrix, std::vector<double>& right, index_t size,
                             index_t columns) {
  MIXCON_REQUIRE(
      static_cast<index_t>(matrix.size()) == size * size && static_cast<index_t>(right.size()) == size * columns,
      "solve_positive_definite: ", matrix.size(), " and ", right.size(), " numbers for size ", size, " and ", columns,
      " columns.");
  const Eigen::Map<const Eigen::MatrixXd> m(matrix.data(), size, size);  // symmetric: the order does not matter
  Eigen::Map<row_major> x(right.data(), size, columns);
  const Eigen::LLT<Eigen::MatrixXd> factor(m);
  if (factor.info() != Eigen::Success) return false;
  x = factor.solve(x).eval();
  return true;
}

eigen_system eigen_system_of(const std::vector<double>& symmetric, index_t size) {
  MIXCON_REQUIRE(static_cast<index_t>(symmetric.size()) == size * size, "eigen_system_of: ", symmetric.size(),
                 " numbers for size ", size, ".");
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
      Eigen::Map<const Eigen::MatrixXd>(symmetric.data(), size, size));
  eigen_system system;
  for (index_t k = size; k-- > 0;) {  // Eigen has the smallest first
    system.values.push_back(solver.eigenvalues()[k]);
    for (index_t d = 0; d < size; ++d) system.vectors.push_back(solver.eigenvectors()(d, k));
  }
  return system;
}

}  // namespace evaluation
}  // namespace mixcon_train
