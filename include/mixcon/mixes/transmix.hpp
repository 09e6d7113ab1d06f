// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// TransMix: labels of a mixed batch that follow the network's attention, not the area alone.

#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/labels/weighted_labels.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What the class token of a vision transformer attends to: attention (N, heads, 1 + t, 1 + t), the class token first,
/// averaged over heads, as weights (N, t) row-major. Finite numbers.
template <Viewable<4> Attention>
std::vector<double> class_token_attention(const Attention& attention) {
  const auto all = view<4>(attention);
  const index_t tokens = all.extent(2) - 1;
  MIXCON_REQUIRE(all.extent(2) == all.extent(3) && tokens > 0 && all.extent(1) > 0, "class_token_attention: attention ",
                 all.extents(), "; expected (samples, heads, 1 + tokens, 1 + tokens).");
  std::vector<double> mean;
  for (index_t n = 0; n < all.extent(0); ++n)
    for (index_t t = 0; t < tokens; ++t) {
      const auto sum_in = [&](double unit) {
        double sum = 0;
        for (index_t head = 0; head < all.extent(1); ++head) {
          const double value = static_cast<double>(all(n, head, 0, t + 1));
          MIXCON_REQUIRE(detail::is_finite_number(value), "class_token_attention: head ", head, " of sample ", n,
                         " attends to token ", t, " by ", value, "; expected finite weights.");
          sum += unit * value;
        }
        return sum;
      };
      const double sum = sum_in(1), heads = static_cast<double>(all.extent(1));
      mean.push_back(detail::is_finite_number(sum) ? sum / heads : sum_in(1 / heads));
    }
  return mean;
}

namespace detail {

/// Whether the own sample alone is shown at a pixel; a place that is shared counts as the partner's.
inline bool shows_own(const masked& region, index_t sample, index_t y, index_t x) {
  const mask& m = region.shares;
  const auto place = [](index_t extent, index_t at) { return extent == 1 ? 0 : at; };
  return m.view()(place(m.extents[0], sample), 0, place(m.extents[2], y), place(m.extents[3], x)) >= 1;
}
inline bool shows_own(const pasted_boxes& region, index_t sample, index_t y, index_t x) {
  const box& b = region.of(sample);
  const bool inside = b.top <= y && y < b.bottom && b.left <= x && x < b.right;
  return inside == region.own_inside;
}

/// The weight of a sample's attention (rows, columns) where the own sample is shown, and elsewhere, in a unit of its
/// own. The image of `image_rows` x `image_columns` is looked at at pixel floor(k * pixels / tokens) for token k.
struct attended {
  double own = 0, partner = 0;

  /// The share that the one or the other part has; `area` where nothing is attended to.
  double own_share(double area) const { return own + partner > 0 ? own / (own + partner) : area; }
  double partner_share(double area) const { return own + partner > 0 ? partner / (own + partner) : area; }
};
template <class Region, class T>
attended attended_by(const Region& region, index_t sample, const tensor_view<T, 3>& attention, index_t of,
                     index_t image_rows, index_t image_columns) {
  const double unit = unit_of_map(attention, of);
  attended weight;
  for (index_t r = 0; r < attention.extent(1); ++r)
    for (index_t c = 0; c < attention.extent(2); ++c) {
      const bool own =
          shows_own(region, sample, r * image_rows / attention.extent(1), c * image_columns / attention.extent(2));
      (own ? weight.own : weight.partner) += unit * static_cast<double>(attention(of, r, c));
    }
  return weight;
}

}  // namespace detail

/// TransMix: labels follow what the network attends to in the mixed image, not the area alone:
/// lambda' = area_share * lambda + (1 - area_share) * (attention on the own part / attention on both). For plans of
/// boxes and masks on images of rows x columns. Chen et al. 2021, arXiv:2111.09833.
struct transmix {
  double area_share = 0.5;  ///< in [0, 1]

  /// `attention` (N, h, w): of the class token of the mixed samples, on the grid of patches; finite, >= 0, in whatever
  /// unit. Where nothing is attended to, the area decides: the label keeps the plan's lambda. The share of an
  /// `ignored` label is dropped.
  template <class Region, LabelsViewable Labels, Viewable<3> Attention>
  pair_targets targets(const mix_plan<Region>& plan, const Labels& labels, const Attention& attention, index_t rows,
                       index_t columns, const ignored_label& ignored = {}) const {
    const auto map = view<3>(attention);
    MIXCON_REQUIRE(area_share >= 0 && area_share <= 1, "transmix: area_share is ", area_share, "; expected 0 to 1.");
    detail::require_map("transmix", "attention", map, plan.samples());
    check_region(plan, "transmix", axes<4>{plan.samples(), 1, rows, columns});
    pair_targets found = pair_targets_of(plan, labels, ignored);
    for (index_t n = 0; n < plan.samples(); ++n) {
      const auto weight = detail::attended_by(plan.region, n, map, n, rows, columns);
      double& lambda = found.lambda[static_cast<std::size_t>(n)];
      if (weight.own + weight.partner > 0) lambda = area_share * lambda + (1 - area_share) * weight.own_share(lambda);
    }
    return found;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
