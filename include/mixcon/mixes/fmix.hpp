// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// FMix: the partner shows through blobs of any form, made from a random image of low frequencies.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/granularity.hpp>
#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/many_draws.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mix/solve/fourier.hpp>
#include <mixcon/mix/solve/ranking.hpp>

#include <cstddef>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Which frequencies FMix draws.
enum class fmix_spectrum {
  full,     ///< every one
  two_rows  ///< of the released code, which takes two rows of its noise for real and imaginary parts
};

/// FMix: the partner shows through blobs of any form, where a random image of low frequencies is dark. The brightest
/// share lambda of the pixels keeps the own value. Labels follow lambda as it was drawn; the mask's mean differs by
/// less than a pixel and the soft band. Images, or signals as images of one row. Harris et al. 2020, arXiv:2002.12047.
template <LambdaSampler Lambda = beta_lambda, class Pairing = pairing::random_permutation>
struct fmix {
  static constexpr field name = "fmix";
  Lambda lambda{};
  Pairing pairing{};
  double decay = 3;     ///< amplitudes fall with frequency^-decay; larger: smoother blobs
  double max_soft = 0;  ///< share of the pixels to either side of the edge over which the mask fades, in [0, 0.5]
  fmix_spectrum spectrum = fmix_spectrum::full;
  granularity per = granularity::batch;

  template <Draws D, class... LookedAt>
  mix_plan<masked> plan(const image_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_image("fmix", shape);
    MIXCON_REQUIRE(decay >= 0 && decay < __builtin_huge_val(), "fmix: decay is ", decay,
                   "; it must be finite and >= 0.");
    MIXCON_REQUIRE(max_soft >= 0 && max_soft <= 0.5, "fmix: max_soft is ", max_soft,
                   "; it is a share of the pixels and must be in [0, 0.5].");
    if (is_off(lambda)) return {detail::unmixed("fmix", shape.samples), {1.0}, masked::none()};
    const auto& own = draws.within(name);
    mix_plan<masked> plan;
    plan.partner = detail::partners_by("fmix", pairing, shape.samples, own, looked_at...);
    detail::require_pairs("fmix", per, plan.partner);
    mask& shares = plan.region.shares;
    shares.extents = {plan_entries(per, shape.samples), 1, shape.rows, shape.columns};
    for (index_t i = 0; i < shares.extents[0]; ++i) {
      const index_t drawn = drawn_as(per, i, plan.partner);
      plan.lambda.push_back(lambda(own, drawn));
      const bool up = own.uniform("round_up", drawn, 0, 1) > 0.5;
      add_binary(brightness<float>(shape, own, drawn), plan.lambda.back(), up, shares.values);
    }
    return plan;
  }
  template <Draws D, class... LookedAt>
  mix_plan<masked> plan(const signal_shape& shape, const D& draws, const LookedAt&... looked_at) const {
    detail::require_signal("fmix", shape);
    return plan(image_shape{shape.samples, shape.channels, 1, shape.steps}, draws, looked_at...);
  }

  /// The random image (H, W) of low frequencies, from 0 to 1.
  template <Draws D>
  std::vector<double> grey(const image_shape& shape, const D& own, index_t sample) const {
    std::vector<double> image = brightness<double>(shape, own, sample);
    const auto [least, most] = detail::range_of(image);
    for (double& value : image) value = most > least ? (value - least) / (most - least) : 0;
    return image;
  }

 private:
  /// The same before it is brought between 0 and 1; in float for plans, where only the order counts.
  template <class T, Draws D>
  std::vector<T> brightness(const image_shape& shape, const D& own, index_t sample) const {
    const index_t rows = shape.rows, columns = shape.columns, half = columns / 2 + 1;
    std::vector<detail::complex_number<T>> amplitudes(static_cast<std::size_t>(rows * half));
    // The released code draws one frequency more where the width is odd, which it then does not use.
    const bool two_rows = spectrum == fmix_spectrum::two_rows;
    const index_t drawn_columns = two_rows && columns % 2 == 1 ? half + 1 : half;
    const std::vector<T> down = squared_frequencies<T>(rows, rows),
                         across = squared_frequencies<T>(columns, drawn_columns);
    const T least_frequency = T{1} / static_cast<T>(rows > columns ? rows : columns);
    std::vector<T> gain(static_cast<std::size_t>(drawn_columns)), noise(2 * gain.size());
    const auto weigh_row = [&](index_t y) {  // that of the negative frequency too
      weigh(down[static_cast<std::size_t>(y)], across, least_frequency, gain);
    };
    const auto draw_row = [&](index_t y, detail::complex_number<T>* row) {
      const index_t first = 2 * (sample * rows + y) * drawn_columns;
      detail::for_each_normal(own, "noise", first, 2 * drawn_columns, [&](index_t i, double z) {
        noise[static_cast<std::size_t>(i - first)] = static_cast<T>(z);
      });
      for (std::size_t x = 0; x < gain.size(); ++x) row[x] = {noise[2 * x] * gain[x], noise[2 * x + 1] * gain[x]};
    };
    if (two_rows) {
      std::vector<detail::complex_number<T>> above(static_cast<std::size_t>(drawn_columns)), below(above.size());
      weigh_row(0), draw_row(0, above.data());
      if (rows > 1) weigh_row(1), draw_row(1, below.data());
      for (index_t y = 0; y < rows && y < drawn_columns; ++y) {
        const auto &first = above[static_cast<std::size_t>(y)], &second = below[static_cast<std::size_t>(y)];
        amplitudes[static_cast<std::size_t>(y * half)] = {first.real, second.real};
        if (half > 1) amplitudes[static_cast<std::size_t>(y * half + 1)] = {first.imaginary, second.imaginary};
      }
    } else {
      for (index_t y = 0; 2 * y <= rows; ++y) {
        weigh_row(y), draw_row(y, amplitudes.data() + y * half);
        if (y > 0 && 2 * y < rows) draw_row(rows - y, amplitudes.data() + (rows - y) * half);
      }
    }
    return detail::image_of_spectrum((std::move)(amplitudes), rows, columns);
  }

  /// The squares of the first `count` frequencies of n pixels, in cycles a pixel.
  template <class T>
  static std::vector<T> squared_frequencies(index_t n, index_t count) {
    std::vector<T> squares(static_cast<std::size_t>(count));
    for (index_t k = 0; k < count; ++k) {
      const T cycles = static_cast<T>(2 * k < n ? k : n - k) / static_cast<T>(n);
      squares[static_cast<std::size_t>(k)] = cycles * cycles;
    }
    return squares;
  }
  /// Sets `gain` to max(frequency, least)^-decay of a row of frequencies, in times of its largest.
  template <class T>
  void weigh(T down, const std::vector<T>& across, T least, std::vector<T>& gain) const {
    for (std::size_t x = 0; x < gain.size(); ++x) {
      const T frequency = static_cast<T>(portable::sqrt(static_cast<double>(down + across[x])));
      gain[x] = frequency < least ? 1 : least / frequency;
    }
    for (T& share : gain)
      share = decay == 3 ? share * share * share
                         : static_cast<T>(portable::exp(decay * portable::log(static_cast<double>(share))));
  }
  /// Appends 1 for the brightest share `kept` of the pixels and 0 elsewhere; between them, in the order of brightness,
  /// a band that falls from 1 to 0.
  void add_binary(const std::vector<float>& image, double kept, bool up, std::vector<double>& masks) const {
    const double pixels = static_cast<double>(image.size()), exact = kept * pixels;
    index_t count = static_cast<index_t>(exact);
    if (up && static_cast<double>(count) < exact) ++count;
    double softness = max_soft;
    if (max_soft > kept || max_soft > 1 - kept) softness = kept < 1 - kept ? kept : 1 - kept;
    const index_t soft = static_cast<index_t>(pixels * softness), size = static_cast<index_t>(image.size());
    const index_t low = count - soft < 0 ? 0 : count - soft, high = count + soft > size ? size : count + soft;
    masks.resize(masks.size() + image.size());
    double* const mask = masks.data() + masks.size() - image.size();
    const std::vector<index_t> fading = detail::by_brightness(image, low, high, mask);
    const double steps = static_cast<double>(high - low > 1 ? high - low - 1 : 1);
    for (index_t k = 0; k < high - low; ++k)
      mask[fading[static_cast<std::size_t>(k)]] = 1 - static_cast<double>(k) / steps;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
