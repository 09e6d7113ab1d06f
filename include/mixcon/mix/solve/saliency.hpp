// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Saliency maps from the gradient of a loss, and their smoothing.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/solve/map_unit.hpp>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Saliency by gradient: writes sqrt(mean over channels of gradient^2), (N, H, W), of a loss's gradient with respect to
/// the images (N, C, H, W), of any size; not finite where the gradient is not. Kim et al. 2020 (Puzzle Mix),
/// arXiv:2009.06962.
template <detail::GivenTensor<4> Gradient, detail::GivenTensor<3> Saliency>
void gradient_saliency(const Gradient& gradient, Saliency&& saliency) {
  const auto from = view<4>(gradient);
  const auto to = view<3>(std::forward<Saliency>(saliency));
  MIXCON_REQUIRE(from.extent(0) == to.extent(0) && from.extent(2) == to.extent(1) && from.extent(3) == to.extent(2),
                 "gradient_saliency: the gradient is ", from.extents(), ", the saliency ", to.extents(),
                 "; expected (N, C, H, W) and (N, H, W).");
  for (index_t i = 0; i < to.extent(0); ++i)
    for (index_t y = 0; y < to.extent(1); ++y)
      for (index_t x = 0; x < to.extent(2); ++x) {
        const auto squares_in = [&](double unit) {
          double sum = 0;
          for (index_t c = 0; c < from.extent(1); ++c) sum += std::pow(unit * static_cast<double>(from(i, c, y, x)), 2);
          return sum;
        };
        double unit = 1, sum = squares_in(1);
        if (!(sum > 0x1p-800 && sum < 0x1p800)) {  // nothing, or squares that overflow or round to nothing
          double largest = 0;
          for (index_t c = 0; c < from.extent(1); ++c)
            largest = std::fmax(largest, std::fabs(static_cast<double>(from(i, c, y, x))));
          unit = detail::map_unit(largest);
          sum = squares_in(unit);
        }
        const double root = std::sqrt(sum / static_cast<double>(from.extent(1))) / unit;
        to(i, y, x) = static_cast<typename decltype(to)::element>(root);
      }
}

/// Smooths saliency maps (N, H, W) with a Gaussian window of `size` pixels, weights cut off at the border taken up by
/// the others. Maps of finite numbers. Kang and Kim 2023 (GuidedMixup), arXiv:2306.16612, with 7 and 3.
template <detail::GivenTensor<3> Maps, detail::GivenTensor<3> Blurred>
void blurred_saliency(const Maps& maps, Blurred&& blurred, index_t size = 7, double sigma = 3) {
  const auto from = view<3>(maps);
  const auto to = view<3>(std::forward<Blurred>(blurred));
  MIXCON_REQUIRE(from.extents() == to.extents(), "blurred_saliency: the maps are ", from.extents(), ", the output ",
                 to.extents(), "; expected the same shape.");
  MIXCON_REQUIRE(size >= 1 && size % 2 == 1 && sigma > 0, "blurred_saliency: a window of ", size, " pixels, sigma ",
                 sigma, "; expected an odd size and sigma > 0.");
  const index_t reach = size / 2, rows = from.extent(1), columns = from.extent(2);
  std::vector<double> window, across(static_cast<std::size_t>(rows * columns));
  for (index_t k = -reach; k <= reach; ++k)
    window.push_back(std::exp(-static_cast<double>(k * k) / (2 * sigma * sigma)));
  const auto smooth = [&](index_t at, index_t extent, auto&& value) {
    double sum = 0, weights = 0;
    for (index_t k = -reach; k <= reach; ++k) {
      if (at + k < 0 || at + k >= extent) continue;
      const double weight = window[static_cast<std::size_t>(k + reach)];
      sum += weight * value(at + k), weights += weight;
    }
    return sum / weights;
  };
  for (index_t i = 0; i < from.extent(0); ++i) {
    double largest = 0;
    for (index_t y = 0; y < rows; ++y)
      for (index_t x = 0; x < columns; ++x) {
        const double value = static_cast<double>(from(i, y, x));
        MIXCON_REQUIRE(detail::is_finite_number(value), "blurred_saliency: map ", i, " holds ", value,
                       "; expected finite numbers.");
        largest = std::fmax(largest, std::fabs(value));
      }
    const double unit = detail::map_unit(largest);
    for (index_t y = 0; y < rows; ++y)
      for (index_t x = 0; x < columns; ++x)
        across[static_cast<std::size_t>(y * columns + x)] =
            smooth(x, columns, [&](index_t k) { return unit * static_cast<double>(from(i, y, k)); });
    for (index_t y = 0; y < rows; ++y)
      for (index_t x = 0; x < columns; ++x)
        to(i, y, x) = static_cast<typename decltype(to)::element>(
            smooth(y, rows, [&](index_t k) { return across[static_cast<std::size_t>(k * columns + x)]; }) / unit);
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
