// SPDX-License-Identifier: BSD-3-Clause
#include "nn/mask_loss.hpp"

#include "autograd/elementwise.hpp"
#include "autograd/sums.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace nn {

namespace {

/// Of all shares of a batch, in double.
struct share_moments {
  double count = 0, mean = 0, variance = 0, undecided = 0;  // the last: the mean of |mu (mu - 1)|
};
share_moments moments_of(const tensor& shares) {
  return with_numbers(shares.on(), [&](auto number) {
    const numbers_read<decltype(number)> mu(shares);
    const index_t size = shares.extents().size();
    share_moments m{.count = static_cast<double>(size)};
    for (index_t k = 0; k < size; ++k) m.mean += static_cast<double>(mu[k]);
    m.mean /= m.count;
    for (index_t k = 0; k < size; ++k) {
      const double x = static_cast<double>(mu[k]);
      m.variance += (x - m.mean) * (x - m.mean);
      m.undecided += std::abs(x * (x - 1));
    }
    m.variance /= m.count;
    m.undecided /= m.count;
    return m;
  });
}

/// A loss and its slopes: by the mean, by the variance, by the mean of |mu (mu - 1)|.
struct judged {
  double loss = 0, by_mean = 0, by_variance = 0, by_undecided = 0;
};
judged judge(const share_moments& m, double lambda, const mask_loss_options& options) {
  using kind = mask_loss_kind;
  const double off = 1 - m.mean - lambda, margin = options.margin;
  const auto in_mean = [&](bool is_squared, double variance_weight) {
    const double outside = is_squared ? off * off - margin * margin : std::abs(off) - margin;
    judged at{.loss = std::max(outside, 0.0) - variance_weight * m.variance, .by_variance = -variance_weight};
    if (outside > 0) at.by_mean = is_squared ? -2 * off : off > 0 ? -1 : 1;
    return at;
  };
  switch (options.kind) {
    case kind::l1:
      return in_mean(false, 0);
    case kind::l2:
      return in_mean(true, 0);
    case kind::variance:
      return {.loss = -m.variance, .by_variance = -1};
    case kind::l1_variance:
      return in_mean(false, 2);
    case kind::l2_variance:
      return in_mean(true, 2);
    case kind::sparsity:
      return {.loss = std::max(m.undecided - margin, 0.0), .by_undecided = m.undecided > margin ? 1.0 : 0.0};
  }
  return {};
}

/// The same made of operators, for a device that computes these where shares lie.
variable loss_of_operators(const variable& shares, double lambda, const mask_loss_options& options) {
  using kind = mask_loss_kind;
  shape one = shares.extents();
  for (int axis = 0; axis < one.rank(); ++axis) one[axis] = 1;
  const auto above = [](const variable& x, double margin) { return relu(affine(x, 1, -margin)); };
  if (options.kind == kind::sparsity)
    return above(mean(absolute(multiply(shares, affine(shares, 1, -1)))), options.margin);
  const auto variance = [&] { return mean(square(subtract(shares, mean_to(shares, one)))); };
  if (options.kind == kind::variance) return scale(variance(), -1);
  const variable off = affine(mean(shares), -1, 1 - lambda);
  const bool is_squared = options.kind == kind::l2 || options.kind == kind::l2_variance;
  const variable outside =
      is_squared ? above(square(off), options.margin * options.margin) : above(absolute(off), options.margin);
  const bool has_variance = options.kind == kind::l1_variance || options.kind == kind::l2_variance;
  return has_variance ? add(outside, scale(variance(), -2)) : outside;
}

}  // namespace

variable mask_loss(const variable& partner_share, double lambda, const mask_loss_options& options) {
  MIXCON_REQUIRE(lambda >= 0 && lambda <= 1, "mask_loss: lambda is ", lambda, "; expected a number in [0, 1]");
  MIXCON_REQUIRE(options.margin >= 0, "mask_loss: the margin is ", options.margin, "; expected at least 0");
  if (partner_share.on().operators() != nullptr) return loss_of_operators(partner_share, lambda, options);
  const tensor shares = partner_share.value();
  const share_moments m = moments_of(shares);
  const judged at = judge(m, lambda, options);
  return {filled(shares.on(), {1}, at.loss), partner_share, [=](const tensor& upstream) {
            const double each = number_in(upstream) / m.count;
            return computed(
                upstream.on(), shares.extents(),
                [&](auto* to, const auto* from) {
                  for (index_t k = 0; k < shares.extents().size(); ++k) {
                    const double mu = static_cast<double>(from[k]), product = mu * (mu - 1);
                    const double undecided = product > 0 ? 2 * mu - 1 : product < 0 ? 1 - 2 * mu : 0;
                    const double slope = at.by_mean + 2 * at.by_variance * (mu - m.mean) + at.by_undecided * undecided;
                    to[k] = static_cast<std::remove_pointer_t<decltype(to)>>(each * slope);
                  }
                },
                shares);
          }};
}

mask_health health_of(const variable& partner_share, double lambda) {
  const share_moments m = moments_of(partner_share.value());
  return {.mean_minus_lambda = 1 - m.mean - lambda, .variance = m.variance};
}

}  // namespace nn
}  // namespace mixcon_train
