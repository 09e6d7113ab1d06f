// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <vector>

namespace mixcon_train {
inline namespace evaluation {

using mixcon::index_t;

struct tsne_options {
  double perplexity = 30;  ///< about how many neighbours a row has; at most a third of the other rows is taken
  index_t steps = 1000;    ///< of gradient descent; the first quarter exaggerates the attraction
  double exaggeration = 12;
  std::uint64_t seed = 0;  ///< of where the points begin
};

/// Places (N, 2) for rows (N, D), close together where the rows are. Exact: time and memory grow with N squared, and N
/// is at most 2000. The same bits from the same seed on one machine. Distances between far groups say little.
/// van der Maaten and Hinton 2008, JMLR 9, 2579-2605; step size N / exaggeration as in Belkina et al. 2019,
/// doi:10.1038/s41467-019-13055-y.
std::vector<float> tsne(const std::vector<float>& rows, index_t width, const tsne_options& options = {});

/// What the places minimise: Kullback-Leibler divergence of the neighbourhoods in the plane from those of the rows, in
/// nats.
double tsne_divergence(const std::vector<float>& rows, index_t width, const std::vector<float>& places,
                       double perplexity = 30);

}  // namespace evaluation
}  // namespace mixcon_train
