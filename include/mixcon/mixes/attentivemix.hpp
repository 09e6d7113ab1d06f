// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Attentive CutMix: each image keeps the cells that its features attend to most and shows its partner elsewhere.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/not_finite.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/draw/refused_plan.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mix/solve/map_unit.hpp>

#include <cstddef>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Attentive CutMix: each image keeps the cells of a grid that its features attend to most, and shows its partner in
/// the others. Features (N, C, a, b) are the third argument of `plan`: the score of a cell is their mean over channels;
/// H and W are multiples of a and b. One label share for all: top_k / (a b). Walawalkar et al. 2020, arXiv:2003.13048,
/// which pastes the attentive cells of one image into the other: the same up to the names of the two.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct attentivemix {
  static constexpr field name = "attentivemix";
  index_t top_k = 6;  ///< cells kept, 1 .. a b; 0: clip(trunc(a b lambda), 1, a b) of a drawn lambda ("AttentiveMix+")
  Lambda lambda{1, 8};
  Pairing pairing{};

  template <Draws D, Viewable<4> Features>
  mix_plan<masked> plan(const image_shape& shape, const D& draws, const Features& features) const {
    detail::require_image("attentivemix", shape);
    const auto maps = view<4>(features);
    const index_t rows = maps.extent(2), columns = maps.extent(3), cells = rows * columns;
    MIXCON_REQUIRE(maps.extent(0) == shape.samples && maps.extent(1) >= 1 && cells >= 1, "attentivemix: features are ",
                   maps.extents(), " for ", shape.samples, " samples; expected (samples, channels, rows, columns).");
    MIXCON_REQUIRE(shape.rows % rows == 0 && shape.columns % columns == 0, "attentivemix: features of ", rows, " x ",
                   columns, " cells do not divide images of ", shape.rows, " x ", shape.columns,
                   "; expected whole pixels a cell.");
    const auto& own = draws.within(name);
    index_t kept = top_k;
    if (top_k == 0) {
      kept = static_cast<index_t>(static_cast<double>(cells) * lambda(own, 0));
      kept = kept < 1 ? 1 : kept > cells ? cells : kept;
    }
    MIXCON_REQUIRE(kept >= 1 && kept <= cells, "attentivemix: top_k is ", kept, "; expected 1 to ", cells,
                   ", the cells of the features.");
    mix_plan<masked> plan;
    plan.partner = detail::partners_by("attentivemix", pairing, shape.samples, own);
    plan.lambda = {static_cast<double>(kept) / static_cast<double>(cells)};
    plan.region.shares = mask::full({shape.samples, 1, shape.rows, shape.columns}, 0);
    const index_t high = shape.rows / rows, wide = shape.columns / columns;
    for (index_t i = 0; i < shape.samples; ++i)
      for (const index_t cell : most_attended(maps, i, kept))
        for (index_t y = 0; y < high; ++y)
          for (index_t x = 0; x < wide; ++x)
            plan.region.shares.view()(i, 0, cell / columns * high + y, cell % columns * wide + x) = 1;
    return plan;
  }
  template <class Shape, class D, class... LookedAt>
  requires detail::MistakenPlan<Shape, D, LookedAt...>
  detail::no_plan plan(const Shape&, const D&, const LookedAt&...) const {
    return detail::refuse_plan<Shape>();
  }

 private:
  /// The cells of the largest scores; of equal ones the lower index.
  template <class Maps>
  static std::vector<index_t> most_attended(const Maps& maps, index_t sample, index_t count) {
    const index_t columns = maps.extent(3), cells = maps.extent(2) * columns;
    const auto feature = [&](index_t c, index_t k) {
      return static_cast<double>(maps(sample, c, k / columns, k % columns));
    };
    double largest = 0;
    for (index_t c = 0; c < maps.extent(1); ++c)
      for (index_t k = 0; k < cells; ++k) {
        const double value = feature(c, k), size = value < 0 ? -value : value;
        MIXCON_REQUIRE(detail::is_finite_number(value), "attentivemix: the features of sample ", sample, " hold ",
                       value != value ? "NaN" : "an infinite number", "; expected finite numbers.");
        largest = size > largest ? size : largest;
      }
    std::vector<double> score(static_cast<std::size_t>(cells), 0.0);
    const double unit = detail::map_unit(largest);
    for (index_t c = 0; c < maps.extent(1); ++c)
      for (index_t k = 0; k < cells; ++k) score[static_cast<std::size_t>(k)] += unit * feature(c, k);
    std::vector<index_t> chosen;
    std::vector<char> taken(score.size(), 0);
    for (index_t k = 0; k < count; ++k) {
      std::size_t best = score.size();
      for (std::size_t cell = 0; cell < score.size(); ++cell)
        if (taken[cell] == 0 && (best == score.size() || score[cell] > score[best])) best = cell;
      taken[best] = 1;
      chosen.push_back(static_cast<index_t>(best));
    }
    return chosen;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
