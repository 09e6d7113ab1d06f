// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Resizes images to the size of a box, and the adjoint of that.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>

#include <cstddef>
#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How an image of another size is read at a pixel.
enum class interpolation {
  nearest,          ///< pixel floor(k * in / out): copies
  bilinear,         ///< between pixel centres at (k + 1/2) * in / out - 1/2; no filter against aliasing
  bilinear_corners  ///< between the corner pixels at k * (in - 1) / (out - 1)
};
inline std::string to_string(interpolation how) {
  return how == interpolation::nearest ? "nearest" : how == interpolation::bilinear ? "bilinear" : "bilinear_corners";
}

namespace detail {

/// Where along one axis a resized pixel comes from: from `low`, and by the share `above` from the pixel `high`.
struct tap {
  index_t low, high;
  double above;
};
/// Of pixel k. The product is rounded before the sum, so that kernels find the same pixels.
MIXCON_HD inline tap tap_at(interpolation how, index_t in, index_t out, index_t k) {
  if (how == interpolation::nearest) return {k * in / out, k * in / out, 0};
  const double size = static_cast<double>(in), pixels = static_cast<double>(out), place = static_cast<double>(k);
  double from = 0;
  if (how == interpolation::bilinear)
    from = portable::product(place + 0.5, size / pixels) - 0.5;
  else if (out > 1)
    from = place * ((size - 1) / (pixels - 1));
  if (from < 0) from = 0;
  const index_t low = static_cast<index_t>(from) < in - 1 ? static_cast<index_t>(from) : in - 1;
  const index_t high = low + 1 < in ? low + 1 : low;
  return {low, high, high == low ? 0 : from - static_cast<double>(low)};
}
inline std::vector<tap> taps(interpolation how, index_t in, index_t out) {
  std::vector<tap> found(static_cast<std::size_t>(out));
  for (index_t k = 0; k < out; ++k) found[static_cast<std::size_t>(k)] = tap_at(how, in, out, k);
  return found;
}

/// to(y, x) = the image `from`, read at the place that lies there when it is resized to the size of `to`.
template <class T, int Rank>
void resize(interpolation how, const tensor_view<const T, Rank>& from, const tensor_view<T, Rank>& to) {
  using number = mixing_number<T>;
  if (to.size() == 0) return;
  const std::vector<tap> rows = taps(how, from.extent(Rank - 2), to.extent(Rank - 2));
  const std::vector<tap> columns = taps(how, from.extent(Rank - 1), to.extent(Rank - 1));
  for_each_plane(
      [&](const auto& source, const auto& target) {
        for (index_t y = 0; y < target.extent(0); ++y) {
          const tap row = rows[static_cast<std::size_t>(y)];
          for (index_t x = 0; x < target.extent(1); ++x) {
            const tap column = columns[static_cast<std::size_t>(x)];
            if (how == interpolation::nearest) {
              target(y, x) = source(row.low, column.low);
              continue;
            }
            const number across = static_cast<number>(column.above), down = static_cast<number>(row.above);
            const auto between = [&](index_t at) {
              return (1 - across) * static_cast<number>(source(at, column.low)) +
                     across * static_cast<number>(source(at, column.high));
            };
            target(y, x) = stored<T>((1 - down) * between(row.low) + down * between(row.high));
          }
        }
      },
      from, to);
}

/// The adjoint of `resize`: adds what each resized pixel's gradient means for the pixels it was read from.
template <class T, int Rank>
void add_resized(interpolation how, const tensor_view<const T, Rank>& upstream, const tensor_view<T, Rank>& gradient) {
  static_assert(Storable<T>, "mixcon: unblend adds gradients, which are float, double, half or bfloat16");
  using number = mixing_number<T>;
  if (upstream.size() == 0) return;
  const std::vector<tap> rows = taps(how, gradient.extent(Rank - 2), upstream.extent(Rank - 2));
  const std::vector<tap> columns = taps(how, gradient.extent(Rank - 1), upstream.extent(Rank - 1));
  for_each_plane(
      [&](const auto& up, const auto& down) {
        const auto add = [&](index_t y, index_t x, double share, number value) {
          if (share == 0) return;
          down(y, x) = stored<T>(static_cast<number>(down(y, x)) + static_cast<number>(share) * value);
        };
        for (index_t y = 0; y < up.extent(0); ++y) {
          const tap row = rows[static_cast<std::size_t>(y)];
          for (index_t x = 0; x < up.extent(1); ++x) {
            const tap column = columns[static_cast<std::size_t>(x)];
            const number value = static_cast<number>(up(y, x));
            add(row.low, column.low, (1 - row.above) * (1 - column.above), value);
            add(row.low, column.high, (1 - row.above) * column.above, value);
            add(row.high, column.low, row.above * (1 - column.above), value);
            add(row.high, column.high, row.above * column.above, value);
          }
        }
      },
      upstream, gradient);
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
