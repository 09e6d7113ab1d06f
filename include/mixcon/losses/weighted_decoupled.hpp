// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The weights of the weighted decoupled loss (DCLW), and targets of two views that carry such weights.

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/losses/decoupled.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Two views of N samples, stacked (2N, D, view-major), where the positive of sample i attracts `weights[i]` times, in
/// both views; a weight may be negative, then it repels. `weights` (N) must outlive the calls. Yeh et al. 2021,
/// arXiv:2110.06848, eq. 7.
struct weighted_view_targets {
  vector_view<const double> weights{};  // (N), of any sign

  struct rule_type {
    vector_view<const double> weights;
    template <class F>
    void each_view(F&& f) {
      f(weights);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const index_t samples = weights.extent(0), sample = anchor % samples;
      const index_t other = anchor < samples ? anchor + samples : sample;
      const mask_of<T> positive = detail::is_candidate<T>(candidate, other);
      const mask_of<T> self = detail::is_candidate<T>(candidate, anchor);
      return {positive, choose(self, T(0), T(1)), choose(positive, T(weights[sample]), T(0))};
    }
  };
  detail::bound_rule<rule_type> bind(const pair_space& space) const {
    const index_t rows = 2 * weights.extent(0);
    MIXCON_REQUIRE(rows > 0 && space.anchors == rows && space.candidates == rows,
                   "weighted_view_targets: ", weights.extent(0), " weights for ", space.anchors, " anchors and ",
                   space.candidates, " candidates; expected one a sample, and both views of each, stacked");
    return {{weights}};
  }
};

/// The weights of DCLW for two views of N samples, stacked (2N, D, view-major); constant in the gradient:
///
///   v_i = 2 - N softmax_i(<z_i, z_(i+N)> / sigma),   unit rows, softmax over the samples; their mean is 1
///
/// A pair that is much more alike than the others gets a negative weight. `sigma` > 0, in units of cosine; the paper
/// has 0.5. Refuses an odd number of rows. Source: Yeh et al. 2021, arXiv:2110.06848, eq. 6.
template <Viewable<2> Embeddings>
std::vector<double> decoupled_weights(const Embeddings& embeddings, double sigma = 0.5) {
  const auto z = mixcon::view<2>(embeddings);
  const index_t rows = z.extent(0), samples = rows / 2;
  MIXCON_REQUIRE(rows > 0 && rows % 2 == 0 && z.extent(1) > 0, "decoupled_weights: embeddings are ", z.extents(),
                 "; expected two views of each sample, stacked");
  MIXCON_REQUIRE(sigma > 0 && sigma - sigma == 0, "decoupled_weights: sigma is ", sigma,
                 "; expected a finite number > 0, as 0.5");
  std::vector<double> weights;
  double top = -2 / sigma;
  for (index_t i = 0; i < samples; ++i) {
    double dot = 0, first = 0, second = 0;
    for (index_t k = 0; k < z.extent(1); ++k) {
      const auto a = static_cast<double>(z(i, k)), b = static_cast<double>(z(i + samples, k));
      dot += a * b, first += a * a, second += b * b;
    }
    auto length = [](double square) { return square > 1e-24 ? std::sqrt(square) : 1e-12; };
    weights.push_back(dot / length(first) / length(second) / sigma);
    top = weights.back() > top ? weights.back() : top;
  }
  double sum = 0;
  for (double& x : weights) sum += x = std::exp(x - top);
  for (double& x : weights) x = 2 - static_cast<double>(samples) * x / sum;
  return weights;
}

/// The weighted decoupled loss (DCLW): `decoupled` where the attraction of a pair counts less the more alike it is
/// already.
///
///   value = log sum_{negatives k} e^x_k - v_i x_positive,   x = cosine / temperature,   v = decoupled_weights(z)
///
/// Called with `weighted_view_targets{.weights}` of these weights, on two views of N samples, stacked (2N, D,
/// view-major). `temperature` > 0, in units of cosine. Source: Yeh et al. 2021, arXiv:2110.06848, eq. 6 and 7.
inline objective<decoupled, cosine> weighted_decoupled(double temperature = 0.1) {
  return objective{decoupled{.temperature = temperature}, cosine{}};
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
