// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Contrastive representation distillation (CRD): the student finds its teacher's row among drawn ones.

#include <mixcon/contrast/loss.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Contrastive representation distillation (CRD), one direction: the student's row is to tell the teacher's row of the
/// same sample from K rows drawn from a memory.
///
///   value = log(1 + (c + epsilon) / y_0) + sum_{negatives k} log((y_k + c + epsilon) / c)
///   y     = e^x / normalizer,   x = similarity / temperature,   c = negatives / samples
///
/// The full loss is the sum of this and of the teacher's rows against the student's. `normalizer` is a constant: the
/// paper takes `distillation_normalizer` of the first batch and keeps it. Every visible pair counts by its weight.
/// Source: Tian et al. 2020, arXiv:1910.10699, eq. 10 and 17; epsilon as in the authors' code.
struct contrastive_distillation {
  double temperature = 0.07;  // in units of similarity, > 0
  double negatives = 16384;   // K, drawn for each anchor: > 0, at most `samples`
  double samples = 50000;     // of the data set, the memory's rows
  double normalizer = 1;      // > 0, an estimate of the sum of e^x over the memory
  double epsilon = 1e-7;      // > 0

  struct positive {
    double offset;
    template <class T>
    MIXCON_HD T operator()(const T& x) const {
      return softplus(offset - x);
    }
  };
  struct negative {
    double offset, least;
    template <class T>
    MIXCON_HD T operator()(const T& x) const {
      return softplus(x - offset) + least;
    }
  };

  void(check)() const {
    MIXCON_REQUIRE(negatives > 0 && negatives <= samples && samples - samples == 0,
                   "contrastive_distillation: ", negatives, " negatives of ", samples,
                   " samples; expected more than 0, and at most as many as samples");
    MIXCON_REQUIRE(normalizer > 0 && normalizer - normalizer == 0, "contrastive_distillation: normalizer is ",
                   normalizer, "; expected a finite number > 0, as distillation_normalizer gives");
    MIXCON_REQUIRE(epsilon > 0 && epsilon - epsilon == 0, "contrastive_distillation: epsilon is ", epsilon,
                   "; expected a finite number > 0, as 1e-7");
  }
  auto statistics() const {
    const double noise = negatives / samples, offset = std::log(normalizer) + std::log(noise + epsilon);
    return pack{sum_of{over::positives, positive{offset}},
                sum_of{over::negatives, negative{offset, std::log1p(epsilon / noise)}}};
  }
  template <class T>
  MIXCON_HD T value(T attraction, T repulsion) const {
    return attraction + repulsion;
  }
};

/// The normalizer of `contrastive_distillation`: the mean of e^(<v_i, c_ij> / temperature) over anchors (N, D) and
/// their candidates (N, K, D), rows as they are, times `samples`. Refuses shapes that do not fit.
template <Viewable<2> Anchors, Viewable<3> Own>
double distillation_normalizer(const Anchors& anchors, const Own& candidates, double temperature, double samples) {
  const auto v = mixcon::view<2>(anchors);
  const auto c = mixcon::view<3>(candidates);
  MIXCON_REQUIRE(c.extent(0) == v.extent(0) && c.extent(2) == v.extent(1) && c.extent(0) > 0 && c.extent(1) > 0,
                 "distillation_normalizer: anchors are ", v.extents(), ", candidates ", c.extents(),
                 "; expected (N, D) and (N, K, D)");
  double sum = 0;
  for (index_t i = 0; i < c.extent(0); ++i)
    for (index_t j = 0; j < c.extent(1); ++j) {
      double dot = 0;
      for (index_t k = 0; k < c.extent(2); ++k) dot += static_cast<double>(v(i, k)) * static_cast<double>(c(i, j, k));
      sum += std::exp(dot / temperature);
    }
  return sum / static_cast<double>(c.extent(0) * c.extent(1)) * samples;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
