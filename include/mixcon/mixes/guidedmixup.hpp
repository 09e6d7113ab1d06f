// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// GuidedMixup: the two images share each pixel by their saliency.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/draw/pairing_by_distance.hpp>
#include <mixcon/mix/draw/refused_plan.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mix/solve/map_unit.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// GuidedMixup: at each pixel the two images share by their saliency, m = s_own / (s_own + s_partner), 1/2 where both
/// are 0; labels follow the mean of m. Saliency (N, H, W), not negative, is the third argument of `plan`; each map is
/// first divided by its sum (`blurred_saliency` smooths it as the paper does). Partners are far apart: the cycle of
/// large distances between the maps. Kang and Kim 2023, arXiv:2306.16612, whose released code gathers its partners
/// before it pairs them, so that they are random: `guidedmixup<pairing::random_permutation>`.
template <class Pairing = pairing::max_distance_cycle>
struct guidedmixup {
  static constexpr field name = "guidedmixup";
  Pairing pairing{};

  template <Draws D, Viewable<3> Saliency>
  mix_plan<masked> plan(const image_shape& shape, const D& draws, const Saliency& saliency) const {
    detail::require_image("guidedmixup", shape);
    detail::require_batch("guidedmixup", shape.samples);
    const std::vector<double> maps = shares_of_sum(shape, view<3>(saliency));
    const std::size_t size = static_cast<std::size_t>(shape.rows * shape.columns);
    const auto& own = draws.within(name);
    mix_plan<masked> plan;
    if constexpr (std::is_same_v<Pairing, pairing::max_distance_cycle>)
      plan.partner = shape.samples == 1 ? detail::counted(1) : pairing(distances(maps, shape.samples).view(), own);
    else
      plan.partner = detail::partners_by("guidedmixup", pairing, shape.samples, own);
    plan.region.shares = mask::full({shape.samples, 1, shape.rows, shape.columns}, 0.5);
    for (index_t i = 0; i < shape.samples; ++i) {
      const double* mine = maps.data() + static_cast<std::size_t>(i) * size;
      const double* theirs = maps.data() + static_cast<std::size_t>(plan.partner_of(i)) * size;
      double* shares = plan.region.shares.values.data() + static_cast<std::size_t>(i) * size;
      for (std::size_t k = 0; k < size; ++k)
        if (mine[k] + theirs[k] > 0) shares[k] = mine[k] / (mine[k] + theirs[k]);
      plan.lambda.push_back(plan.region.shares.mean(i));
    }
    return plan;
  }
  template <class Shape, class D, class... LookedAt>
  requires detail::MistakenPlan<Shape, D, LookedAt...>
  detail::no_plan plan(const Shape&, const D&, const LookedAt&...) const {
    return detail::refuse_plan<Shape>();
  }

 private:
  struct square_matrix {
    std::vector<double> values;
    index_t size;
    matrix_view<const double> view() const { return {values.data(), {size, size}}; }
  };
  template <class Maps>
  static std::vector<double> shares_of_sum(const image_shape& shape, const Maps& saliency) {
    MIXCON_REQUIRE(
        saliency.extent(0) == shape.samples && saliency.extent(1) == shape.rows && saliency.extent(2) == shape.columns,
        "guidedmixup: saliency is ", saliency.extents(), " for ", shape.samples, " images of ", shape.rows, " x ",
        shape.columns, "; expected (samples, rows, columns).");
    std::vector<double> maps;
    for (index_t i = 0; i < shape.samples; ++i) {
      const std::size_t first = maps.size();
      double sum = 0, largest = 0;
      for (index_t y = 0; y < shape.rows; ++y)
        for (index_t x = 0; x < shape.columns; ++x) {
          const double value = static_cast<double>(saliency(i, y, x));
          MIXCON_REQUIRE(value >= 0 && detail::is_finite_number(value), "guidedmixup: the saliency of sample ", i,
                         " holds ", value, "; expected finite numbers >= 0.");
          maps.push_back(value);
          sum += value;
          largest = value > largest ? value : largest;
        }
      if (const double unit = detail::map_unit(largest); unit != 1) {
        sum = 0;
        for (std::size_t k = first; k < maps.size(); ++k) sum += maps[k] *= unit;
      }
      for (std::size_t k = first; k < maps.size() && sum > 0; ++k) maps[k] /= sum;
    }
    return maps;
  }
  /// Euclidean, between the maps of all pairs.
  static square_matrix distances(const std::vector<double>& maps, index_t samples) {
    const std::size_t n = static_cast<std::size_t>(samples), size = maps.size() / n;
    square_matrix apart{std::vector<double>(n * n, 0.0), samples};
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < size; ++k) {
          const double between = maps[i * size + k] - maps[j * size + k];
          sum += portable::product(between, between);
        }
        apart.values[i * n + j] = apart.values[j * n + i] = portable::sqrt(sum);
      }
    return apart;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
