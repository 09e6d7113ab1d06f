// SPDX-License-Identifier: BSD-3-Clause
#include "nn/mask_adjustment.hpp"

#include "autograd/elementwise.hpp"
#include "devices/recipe_kernels.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace mixcon_train {
inline namespace nn {

namespace {

/// mu becomes offset + factor mu.
struct correction {
  double factor = 1, offset = 0;
};
/// What gives partner shares of this mean the mean 1 - lambda: own shares shrink, or partner shares do.
correction to_lambda(double mean, double lambda, double margin) {
  const double own = 1 - mean;
  if (own > lambda + margin) return {lambda / own, 1 - lambda / own};
  if (own < lambda - margin) return {(1 - lambda) / mean, 0};
  return {};
}

/// The masks of some samples, 1 - lambda everywhere for the others, which are `plain`.
variable with_plain(const variable& masks, double lambda, const std::vector<bool>& plain) {
  kept_list<double> factors, offsets;
  for (const bool is_plain : plain) factors.push_back(is_plain ? 0 : 1), offsets.push_back(is_plain ? 1 - lambda : 0);
  const auto of_each = [&](const kept_list<double>& numbers) {
    return variable(tensor_of(masks.on(), {std::ssize(numbers), 1, 1, 1}, numbers.data()));
  };
  return add(multiply(masks, of_each(factors)), of_each(offsets));
}

/// Each number along an axis becomes a weighted mean of its neighbours, `weights` by distance: (extent, extent).
tensor shares_of_neighbours(device& on, index_t extent, const std::vector<double>& weights) {
  return computed(on, {extent, extent}, [&](auto* to) {
    using T = std::remove_pointer_t<decltype(to)>;
    const auto weight = [&](index_t k, index_t j) {
      const auto apart = static_cast<std::size_t>(std::abs(k - j));
      return apart < weights.size() ? weights[apart] : 0.0;
    };
    for (index_t k = 0; k < extent; ++k) {
      double sum = 0;
      for (index_t j = 0; j < extent; ++j) sum += weight(k, j);
      for (index_t j = 0; j < extent; ++j) *to++ = static_cast<T>(weight(k, j) / sum);
    }
  });
}
/// Rows, then columns, by products of the device.
variable smoothed_by_products(operator_kernels& kernels, const tensor& shares, const std::vector<double>& weights) {
  device& on = shares.on();
  const shape e = shares.extents();
  const index_t planes = e[0] * e[1], rows = e[2], columns = e[3];
  const auto turned = [&](const tensor& m, index_t from, index_t to) {
    return kernels.transposed(m.reshaped({planes, from, to})).reshaped({planes * to, from});
  };
  const tensor along = on.product(shares.reshaped({planes * rows, columns}), false,
                                  shares_of_neighbours(on, columns, weights), true),
               across = on.product(turned(along, rows, columns), false, shares_of_neighbours(on, rows, weights), true);
  return variable(turned(across, columns, rows).reshaped(e));
}

}  // namespace

// Of own shares m or partner shares m, those that shrink: m' = c m, where c is their wanted mean over their mean; so
// d m'_k / d m_j = c (1 for j = k, else 0) - c m_k / (sum of m).
variable of_mean_lambda(const variable& partner_share, double lambda) {
  const shape e = partner_share.extents();
  MIXCON_REQUIRE(e.rank() == 4 && e[1] == 1 && lambda >= 0 && lambda <= 1, "of_mean_lambda: masks of ", to_string(e),
                 " and lambda ", lambda, "; expected (samples, 1, rows, columns), and a number in [0, 1]");
  if (recipe_kernels* const kernels = recipe_kernels_of(partner_share.on())) {
    const tensor shares = partner_share.value();
    return {kernels->masks_of_mean(shares, lambda, 0), partner_share,
            [=](const tensor& g) { return kernels->masks_of_mean_gradient(g, shares, lambda); }};
  }
  const index_t places = e.row_size();
  // calls use(first number of the mask, whether own shares shrink, their factor, the sum of those that shrink)
  const auto each_mask = [=](const auto* shares, auto&& use) {
    for (index_t i = 0; i < e[0]; ++i) {
      double sum = 0;
      for (index_t k = 0; k < places; ++k) sum += static_cast<double>(shares[i * places + k]);
      const double all = static_cast<double>(places);
      const bool of_own = all - sum > lambda * all;
      const double shrinks = std::max(of_own ? all - sum : sum, 1e-10 * all);
      use(i * places, of_own, (of_own ? lambda : 1 - lambda) * all / shrinks, shrinks);
    }
  };
  const tensor from = partner_share.value();
  const tensor out = computed(
      partner_share.on(), e,
      [&](auto* to, const auto* shares) {
        using T = std::remove_pointer_t<decltype(to)>;
        each_mask(shares, [&](index_t first, bool of_own, double factor, double) {
          const T offset = of_own ? static_cast<T>(1 - factor) : T(0);
          for (index_t k = first; k < first + places; ++k) to[k] = offset + static_cast<T>(factor) * shares[k];
        });
      },
      from);
  return {out, partner_share, [=](const tensor& upstream) {
            return computed(
                upstream.on(), e,
                [&](auto* to, const auto* g, const auto* shares) {
                  using T = std::remove_pointer_t<decltype(to)>;
                  each_mask(shares, [&](index_t first, bool of_own, double factor, double sum) {
                    double along = 0;
                    for (index_t k = first; k < first + places; ++k)
                      along += static_cast<double>(g[k] * (of_own ? 1 - shares[k] : shares[k]));
                    for (index_t k = first; k < first + places; ++k)
                      to[k] = static_cast<T>(factor) * (g[k] - static_cast<T>(along / sum));
                  });
                },
                upstream, from);
          }};
}

variable smoothed(const variable& partner_share, double deviation) {
  const shape e = partner_share.extents();
  MIXCON_REQUIRE(e.rank() == 4 && deviation > 0, "smoothed: masks of ", to_string(e), " and a deviation of ", deviation,
                 "; expected (samples, 1, rows, columns), and a number above 0");
  const auto radius = static_cast<index_t>(std::ceil(3 * deviation));
  std::vector<double> weights;
  for (index_t k = 0; k <= radius; ++k) {
    const double at = static_cast<double>(k) / deviation;
    weights.push_back(std::exp(-at * at / 2));
  }
  if (operator_kernels* const kernels = partner_share.on().operators())
    return smoothed_by_products(*kernels, partner_share.value(), weights);
  // `size` numbers that lie `step` apart
  const auto along = [=](auto* to, const auto* from, index_t size, index_t step) {
    for (index_t k = 0; k < size; ++k) {
      double sum = 0, of_weights = 0;
      for (index_t j = std::max<index_t>(0, k - radius); j <= std::min(size - 1, k + radius); ++j) {
        const double w = weights[static_cast<std::size_t>(std::abs(k - j))];
        sum += w * static_cast<double>(from[j * step]), of_weights += w;
      }
      to[k * step] = static_cast<std::remove_cvref_t<decltype(*to)>>(sum / of_weights);
    }
  };
  const index_t planes = e[0] * e[1], rows = e[2], columns = e[3];
  return variable(computed(
      partner_share.on(), e,
      [&](auto* to, const auto* from) {
        std::vector<double> between(static_cast<std::size_t>(rows * columns));
        for (index_t i = 0; i < planes; ++i, to += rows * columns, from += rows * columns) {
          for (index_t r = 0; r < rows; ++r) along(between.data() + r * columns, from + r * columns, columns, 1);
          for (index_t c = 0; c < columns; ++c) along(to + c, between.data() + c, rows, columns);
        }
      },
      partner_share.value()));
}

variable constant_share(const variable& partner_share, double lambda) {
  return variable(filled(partner_share.on(), partner_share.extents(), 1 - lambda));
}

variable adjusted(const variable& partner_share, double lambda, const mask_adjustment& by,
                  const mixcon::philox_draws& draws, const std::vector<bool>& plain) {
  const shape e = partner_share.extents();
  MIXCON_REQUIRE(e.rank() == 4 && e[1] == 1, "adjusted: masks of ", to_string(e),
                 "; expected (samples, 1, rows, columns)");
  MIXCON_REQUIRE(lambda >= 0 && lambda <= 1, "adjusted: lambda is ", lambda, "; expected a number in [0, 1]");
  MIXCON_REQUIRE(by.lambda_margin < 0.5, "adjusted: the margin of lambda is ", by.lambda_margin,
                 "; expected less than 1/2, from where on every mask would be constant");
  MIXCON_REQUIRE(by.rescale_probability >= 0 && by.rescale_probability <= 1 && by.mean_margin >= 0,
                 "adjusted: masks are rescaled with probability ", by.rescale_probability, " outside of a margin of ",
                 by.mean_margin, "; expected a probability in [0, 1] and a margin of at least 0");
  MIXCON_REQUIRE(by.smoothing == 0 || by.smoothing >= least_smoothing, "adjusted: the smoothing is ", by.smoothing,
                 "; expected 0, or at least ", least_smoothing);
  MIXCON_REQUIRE(plain.empty() || static_cast<index_t>(plain.size()) == e[0], "adjusted: ", plain.size(),
                 " samples are plain mixup's or not, of ", e[0], "; expected an answer for each, or for none");
  if (lambda <= by.lambda_margin || 1 - lambda <= by.lambda_margin) return constant_share(partner_share, lambda);
  const bool rescales = draws.uniform("rescaled_masks", 0, 0, 1) < by.rescale_probability;
  variable from_shares = partner_share;
  if (by.smoothing > 0)
    from_shares = smoothed(partner_share, draws.uniform("smoothing", 0, least_smoothing, by.smoothing));
  if (!rescales && plain.empty()) return constant(from_shares);
  if (recipe_kernels* const kernels = recipe_kernels_of(partner_share.on())) {
    const variable masks(rescales ? kernels->masks_of_mean(from_shares.value(), lambda, by.mean_margin)
                                  : from_shares.value());
    return plain.empty() ? masks : with_plain(masks, lambda, plain);
  }
  const index_t places = e.row_size();
  return variable(computed(
      partner_share.on(), e,
      [&](auto* to, const auto* from) {
        for (index_t i = 0; i < e[0]; ++i, to += places, from += places) {
          double sum = 0;
          for (index_t k = 0; k < places; ++k) sum += static_cast<double>(from[k]);
          correction c;
          if (!plain.empty() && plain[static_cast<std::size_t>(i)])
            c = {.factor = 0, .offset = 1 - lambda};
          else if (rescales)
            c = to_lambda(sum / static_cast<double>(places), lambda, by.mean_margin);
          for (index_t k = 0; k < places; ++k)
            to[k] =
                static_cast<std::remove_pointer_t<decltype(to)>>(c.offset + c.factor * static_cast<double>(from[k]));
        }
      },
      from_shares.value()));
}

}  // namespace nn
}  // namespace mixcon_train
