// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <vector>

namespace mixcon_train {
inline namespace evaluation {

using mixcon::index_t;

/// How embeddings lie on the sphere. Wang and Isola 2020, arXiv:2005.10242.
struct health {
  double alignment = 0;   ///< mean squared distance of two views of a sample, rows of length 1; 0 with one view
  double uniformity = 0;  ///< log of the mean of exp(-2 squared distance) over pairs of rows; 0 when all are one
  double effective_rank =
      0;                 ///< exp of the entropy of the shares of the covariance's eigenvalues; 1 when all lie on a line
  double deviation = 0;  ///< of a number of a row, mean over the D columns, rows of length 1; 0 when all are one, about
                         ///< 1 / sqrt(D) when they spread evenly. Chen and He 2021, arXiv:2011.10566, section 4.1
};

/// Of embeddings (V * N, D), view by view: row v * N + i is view v of sample i.
health health_of(const std::vector<float>& embeddings, index_t width, index_t views);

/// The covariance (D, D) of rows (N, D), and their mean.
struct covariance {
  std::vector<double> mean{}, matrix{};
};
covariance covariance_of(const float* rows, index_t count, index_t width);

}  // namespace evaluation
}  // namespace mixcon_train
