// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The loss of Un-Mix on MoCo, its targets, and the batch that makes both from keys. The policy is un_mix_policy.

#include <mixcon/contrast/loss.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Un-Mix on MoCo: the query of a mixture meets the keys of both images, by their shares, each against the queue.
///
///   value = lambda log(1 + sum_queue e^(x_k - x_first)) + (1 - lambda) log(1 + sum_queue e^(x_k - x_second))
///
/// One pass over the queue serves both terms. Anchors are [q; q_mix], 2N; `un_mix_batch` makes their keys, lambdas and
/// weights, `un_mix_targets` their targets. Source: Shen et al. 2022, arXiv:2003.05438.
struct un_mix_loss {
  double temperature = 0.2;            // in units of similarity, > 0
  vector_view<const double> lambda{};  // (2N): the share of an anchor's first key; must outlive the calls
  static constexpr bool needs_positive = true;

  template <class F>
  void each_view(F&& f) {
    f(lambda);
  }
  auto statistics() const {
    return pack{log_sum_exp{over::negatives}, sum_of{over::targets}, sum_of{over::positives}, per_anchor{lambda}};
  }
  template <class T>
  MIXCON_HD T value(T queue, T first, T both, T share) const {
    return share * softplus(queue - first) + (1 - share) * softplus(queue - (both - first));
  }
};

/// Of an anchor's own two keys the first; both are positives, and the loss tells them apart by that.
struct first_of_two {
  struct rule_type {
    template <class T>
    MIXCON_HD role<T> own(index_t, index_t j) const {
      return {detail::each_answer<T>([](int) { return true; }), T(1),
              choose(detail::is_candidate<T>(j, 0), T(1), T(0))};
    }
  };
  detail::bound_rule<rule_type> bind(const pair_space& space) const {
    MIXCON_REQUIRE(space.own == 2, "un_mix_targets: anchors have ", space.own,
                   " keys of their own; expected two each, as un_mix_batch makes them");
    return {};
  }
};
using un_mix_targets = own_targets<first_of_two, every_negative>;

/// What Un-Mix needs beside its queries [q; q_mix], made of the keys (N, D) of the images. Query i of the mixtures
/// shows image i with share lambda and image N - 1 - i, the batch in reverse, with the rest.
template <class E>
struct un_mix_batch {
  std::vector<E> keys{};          // (2N, 2, D)
  std::vector<double> lambda{};   // (2N)
  std::vector<double> weights{};  // (2N), for reduction::weighted
  index_t width = 0;

  /// Refuses keys without rows, and a lambda outside [0, 1]. `clean_weight` is that of the unmixed queries' loss.
  template <Viewable<2> Keys>
  un_mix_batch(const Keys& of_images, double share, double clean_weight = 1) {
    const auto rows = mixcon::view<2>(of_images);
    const index_t samples = rows.extent(0);
    width = rows.extent(1);
    MIXCON_REQUIRE(samples > 0 && width > 0, "un_mix_batch: keys are ", rows.extents(), "; expected at least one row");
    MIXCON_REQUIRE(share >= 0 && share <= 1, "un_mix_batch: lambda is ", share, "; expected a number in [0, 1]");
    MIXCON_REQUIRE(clean_weight >= 0 && clean_weight - clean_weight == 0, "un_mix_batch: clean_weight is ",
                   clean_weight, "; expected a finite number >= 0");
    for (index_t row = 0; row < 2 * samples; ++row) {
      const bool mixed = row >= samples;
      const index_t own = row % samples;
      for (const index_t key : {own, mixed ? samples - 1 - own : own})
        for (index_t k = 0; k < width; ++k) keys.push_back(rows(key, k));
      lambda.push_back(mixed ? share : 1);
      weights.push_back((mixed ? 1 : clean_weight) / static_cast<double>(samples));
    }
  }
  /// The keys as `own(...)` takes them.
  tensor_view<const E, 3> own_keys() const {
    return {keys.data(), {static_cast<index_t>(lambda.size()), index_t{2}, width}};
  }
};
template <class Keys>
un_mix_batch(const Keys&, double) -> un_mix_batch<element_t<Keys>>;
template <class Keys>
un_mix_batch(const Keys&, double, double) -> un_mix_batch<element_t<Keys>>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
