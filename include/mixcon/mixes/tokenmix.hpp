// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// TokenMix: the partner covers several blocks of tokens; labels follow the attention to what is visible.

#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/mix/draw/box_rules.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/labels/weighted_labels.hpp>
#include <mixcon/mixes/transmix.hpp>

#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// TokenMix: the partner covers several blocks of tokens of a vision transformer instead of one box; labels follow how
/// much of either image's attention its visible part has. One mask for the batch, of whole tokens. Liu et al. 2022,
/// arXiv:2207.08409.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct tokenmix {
  static constexpr field name = "tokenmix";
  Lambda lambda{};  ///< the partner gets trunc((1 - lambda) * tokens) + least_block tokens at most
  Pairing pairing{};
  index_t grid = 14;          ///< tokens along a side
  index_t least_block = 14;   ///< the smallest block that is tried, in tokens
  double least_aspect = 0.3;  ///< of a block's height to its width, in (0, 1]; the largest is its inverse

  template <Draws D, class... LookedAt>
  mix_plan<masked> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    (require)(shape);
    const auto own = draws.within(name);
    mix_plan<masked> plan;
    plan.partner = detail::partners_by("tokenmix", pairing, shape.samples, own, looked_at...);
    const double drawn = is_off(lambda) ? 1 : lambda(own, 0);
    std::vector<char> covered(static_cast<std::size_t>(grid * grid), 0);
    if (!is_off(lambda)) cover(covered, drawn, own);
    plan.region.shares = mask::full({1, 1, shape.rows, shape.columns}, 1);
    index_t number = 0;
    for (const char token : covered) number += token;
    for (index_t y = 0; y < shape.rows; ++y)
      for (index_t x = 0; x < shape.columns; ++x)
        if (covered[static_cast<std::size_t>(y * grid / shape.rows * grid + x * grid / shape.columns)])
          plan.region.shares.values[static_cast<std::size_t>(y * shape.columns + x)] = 0;
    plan.lambda = {1 - static_cast<double>(number) / static_cast<double>(grid * grid)};
    return plan;
  }

  /// The weights of both labels, from a teacher's attention (N, h, w) on the unmixed images: the share of it that the
  /// own image keeps visible, and the share that the partner shows, in whatever unit. Where an attention is all 0, the
  /// area decides: the plan's lambda. An `ignored` label weighs 0.
  template <class Region, LabelsViewable Labels, Viewable<3> Attention>
  static weighted_labels labels(const mix_plan<Region>& plan, const Labels& labels, const Attention& attention,
                                index_t rows, index_t columns, const ignored_label& ignored = {}) {
    const auto map = view<3>(attention);
    detail::require_map("tokenmix", "attention", map, plan.samples());
    check_region(plan, "tokenmix", axes<4>{plan.samples(), 1, rows, columns});
    weighted_labels found = detail::labels_of_pairs(plan, labels, ignored);
    for (index_t n = 0; n < plan.samples(); ++n) {
      const auto of_own = detail::attended_by(plan.region, n, map, n, rows, columns),
                 of_partner = detail::attended_by(plan.region, n, map, plan.partner_of(n), rows, columns);
      found.own_weight[static_cast<std::size_t>(n)] = of_own.own_share(plan.lambda_of(n));
      found.partner_weight[static_cast<std::size_t>(n)] = of_partner.partner_share(1 - plan.lambda_of(n));
    }
    return detail::without_ignored((std::move)(found));
  }

 private:
  void(require)(const image_shape& shape) const {
    detail::require_image("tokenmix", shape);
    MIXCON_REQUIRE(grid >= 1 && shape.rows % grid == 0 && shape.columns % grid == 0, "tokenmix: images of ", shape.rows,
                   " x ", shape.columns, " on a grid of ", grid,
                   " tokens; expected sides that the grid divides, such as 224 and 14.");
    MIXCON_REQUIRE(least_block >= 1 && least_aspect > 0 && least_aspect <= 1, "tokenmix: least_block is ", least_block,
                   " and least_aspect ", least_aspect, "; expected at least 1, and a number in (0, 1].");
  }

  /// Adds blocks while there are tokens left to cover and a block that fits is found in ten tries.
  template <class D>
  void cover(std::vector<char>& covered, double drawn, const D& own) const {
    const index_t tokens = grid * grid;
    const index_t wanted = static_cast<index_t>((1 - drawn) * static_cast<double>(tokens)) + least_block;
    index_t left = wanted < tokens ? wanted : tokens, tried = 0;
    while (left > 0) {
      index_t added = 0;
      for (index_t k = 0; k < 10 && added == 0; ++k) added = try_block(covered, left, own, tried++);
      if (added == 0) return;
      left -= added;
    }
  }
  /// How many tokens a drawn block adds; 0 when it does not fit, or covers too many.
  template <class D>
  index_t try_block(std::vector<char>& covered, index_t left, const D& own, index_t tried) const {
    const double low = static_cast<double>(least_block), high = static_cast<double>(left);
    const double area =
        own.uniform(field("block_area").on_try(tried), 0, low < high ? low : high, low < high ? high : low);
    const double widest = -portable::log(least_aspect);
    const double aspect =
        least_aspect < 1 ? portable::exp(own.uniform(field("block_aspect").on_try(tried), 0, -widest, widest)) : 1;
    const auto side = [](double squared) { return detail::rounded_to(portable::sqrt(squared)); };
    const index_t rows = side(portable::product(area, aspect)), columns = side(area / aspect);
    if (rows < 1 || columns < 1 || rows > grid || columns > grid) return 0;
    const index_t top = own.integer(field("block_row").on_try(tried), 0, 0, grid - rows + 1),
                  first = own.integer(field("block_column").on_try(tried), 0, 0, grid - columns + 1);
    index_t added = 0;
    for (index_t r = top; r < top + rows; ++r)
      for (index_t c = first; c < first + columns; ++c) added += covered[static_cast<std::size_t>(r * grid + c)] == 0;
    if (added > left) return 0;
    for (index_t r = top; r < top + rows; ++r)
      for (index_t c = first; c < first + columns; ++c) covered[static_cast<std::size_t>(r * grid + c)] = 1;
    return added;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
