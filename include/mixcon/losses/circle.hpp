// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Circle loss: weights each similarity by its distance from its optimum.

#include <mixcon/contrast/loss.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Circle loss: each similarity is weighted by how far it is from its optimum, which makes the boundary a circle.
///
///   value = log(1 + sum_{negatives j} e^(gamma [s_j + m]+ (s_j - m))
///                 * sum_{positives j} e^(-gamma [1 + m - s_j]+ (s_j - 1 + m))),   s = similarity
///
/// with m the margin; the weights [.]+ are constant in the gradient. The loss is the mean over the anchors of value
/// > 0; an anchor without a positive or without a negative has none. Source: Sun et al. 2020, arXiv:2002.10857, eq. 6
/// and 8; the mean as in pytorch-metric-learning.
struct circle {
  double margin = 0.4;  // in units of similarity, the paper's m: 0.25 for faces, 0.4 for retrieval
  double gamma = 80;    // per unit of similarity squared, > 0: 256 for faces, 80 for retrieval
  static constexpr bool needs_positive = true, needs_negative = true;

  struct pull {
    double margin, gamma;
    template <class T>
    MIXCON_HD T operator()(const T& s) const {
      return detach(relu(1 + margin - s)) * (s - (1 - margin)) * -gamma;
    }
  };
  struct push {
    double margin, gamma;
    template <class T>
    MIXCON_HD T operator()(const T& s) const {
      return detach(relu(s + margin)) * (s - margin) * gamma;
    }
  };

  void(check)() const {
    MIXCON_REQUIRE(margin - margin == 0, "circle: margin is ", margin, "; expected a finite number, as 0.4");
    MIXCON_REQUIRE(gamma > 0 && gamma - gamma == 0, "circle: gamma is ", gamma,
                   "; expected a finite number > 0, as 80");
  }
  auto statistics() const {
    return pack{log_sum_exp{over::positives, pull{margin, gamma}}, log_sum_exp{over::negatives, push{margin, gamma}}};
  }
  template <class T>
  MIXCON_HD auto value(T positives, T negatives) const {
    using number = plain_t<T>;
    const T loss = softplus(positives + negatives);
    return terms{term{loss, choose(plain(loss) <= number(0), number(0), number(1))}};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
