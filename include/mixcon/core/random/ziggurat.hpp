// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws normal numbers by the thousand, 32 random bits each, with the same bits on every machine.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/random/uniform.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Normal numbers with mean 0 and variance 1 by the thousand: the half under the density is cut into 256 layers of
/// equal area, and 32 bits choose a layer, one of 2^23 points of its width and a sign; 99 of 100 such points lie below
/// the density. Many times as fast as `normal`, which needs no table and is not so coarse. The same bits with every
/// compiler and processor. Source: Marsaglia and Tsang 2000, "The ziggurat method for generating random variables",
/// doi:10.18637/jss.v005.i08.
class ziggurat {
 public:
  static constexpr int layers = 256;

  /// Tables that all share.
  static const ziggurat& shared() {
    static const ziggurat tables;
    return tables;
  }

  ziggurat() {
    // layer 0 is the rectangle below the density at `last_edge` and the tail beyond it, as wide as one of that area
    double edge[layers + 1];
    edge[0] = area / density(last_edge);
    edge[1] = last_edge;
    for (int i = 2; i < layers; ++i) {
      const double height = area / edge[i - 1] + density(edge[i - 1]);
      edge[i] = portable::sqrt(-2 * portable::log(height));
    }
    edge[layers] = 0;
    for (int i = 0; i < layers; ++i) {
      layer_[i] = {edge[i] * 0x1p-23, static_cast<std::int32_t>(edge[i + 1] / edge[i] * 0x1p23)};
      height_[i] = density(edge[i]);
    }
    height_[layers] = 1;
  }

  /// A number of the stream's next 32 bits; more are asked for where they do not suffice.
  template <RandomBits S>
  double operator()(S& stream) const {
    return of(stream.next_u32(), [&]() -> S& { return stream; });
  }
  /// A number of 32 bits that are drawn already; where they do not suffice, more() is called for a stream. Kernels can
  /// call it, on tables that lie on the device.
  MIXCON_CALLS_GIVEN
  template <class More>
  MIXCON_HD double of(std::uint32_t bits, More&& more) const {
    const chosen at(bits);
    const layer& in = layer_[at.layer];
    if (at.point < in.points_below) [[likely]]
      return at.signed_as_drawn(at.point * in.step);
    auto&& stream = more();
    return beside(at, stream);
  }

 private:
  struct layer {
    double step;                // from a point of its width to the next
    std::int32_t points_below;  // so many points lie below the density at any height
  };
  /// What 32 bits mean: the layer in the lowest 8, the sign, the point of the layer's width in the highest 23.
  struct chosen {
    std::int32_t point, layer;
    std::uint64_t sign;
    MIXCON_HD explicit chosen(std::uint32_t bits)
        : point(static_cast<std::int32_t>(bits >> 9)),
          layer(static_cast<std::int32_t>(bits & 0xFF)),
          sign(std::uint64_t{bits & 0x100} << 55) {}
    MIXCON_HD double signed_as_drawn(double x) const {  // without a branch that nobody foresees
      return portable::detail::from_bits(portable::detail::bits_of(x) ^ sign);
    }
  };

  /// A number where the point is not below the density at any height.
  MIXCON_CALLS_GIVEN
  template <RandomBits S>
  [[gnu::noinline]] MIXCON_HD double beside(chosen at, S& stream) const {
    for (;;) {
      if (at.layer == 0) return at.signed_as_drawn(tail(stream));
      const double x = at.point * layer_[at.layer].step, up = uniform(stream);  // from the layer's bottom to its top
      const double beyond = beyond_chord(at, up), bend = at.layer == layers - 1 ? top_bend : other_bend;
      bool is_below = beyond < -bend;
      if (!is_below && beyond <= bend)
        is_below = portable::product(height_[at.layer + 1] - height_[at.layer], up) + height_[at.layer] < density(x);
      if (is_below) return at.signed_as_drawn(x);
      at = chosen(stream.next_u32());
      const layer& in = layer_[at.layer];
      if (at.point < in.points_below) return at.signed_as_drawn(at.point * in.step);
    }
  }
  // How far the density is from a straight line on its way down a layer, at most, in shares of the layer's height. Most
  // points are so far from that line that the density need not be asked.
  static constexpr double top_bend = 0.25, other_bend = 0.09;
  MIXCON_HD double beyond_chord(const chosen& at, double up) const {
    const std::int32_t inside = layer_[at.layer].points_below;
    return static_cast<double>(at.point - inside) / ((1 << 23) - inside) + up - 1;
  }

  static constexpr double last_edge = 3.6541528853610088;  // where layers of equal area come out even
  static constexpr double area = 0.00492867323399;         // of each

  MIXCON_HD static double density(double x) { return portable::exp(x * x / -2); }
  /// Beyond the last edge. Source: Marsaglia 1964, doi:10.1080/00401706.1964.10490150.
  template <RandomBits S>
  MIXCON_HD static double tail(S& stream) {
    for (;;) {
      const double x = portable::log(1 - uniform(stream)) / -last_edge;
      const double y = portable::log(1 - uniform(stream)) / -1;
      if (y + y > portable::product(x, x)) return last_edge + x;
    }
  }

  layer layer_[layers];
  double height_[layers + 1];  // of the density at a layer's edge: where the layer begins
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
