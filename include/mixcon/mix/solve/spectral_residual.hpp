// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Saliency maps without a network, from what stands out in an image's spectrum.

#include <mixcon/mix/solve/fourier.hpp>
#include <mixcon/mix/solve/saliency.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// The sums over an image (H, W) of its values times e^(2 pi i (y v / H + x u / W)), not divided.
inline void inverse_fourier_2d(std::vector<complex_number<double>>& image, index_t rows, index_t columns) {
  inverse_fourier_lines(image.data(), rows, columns, columns, 1);
  inverse_fourier_lines(image.data(), columns, 1, rows, columns);
}

/// The power of two that brings the largest of an image's values into [1, 2), as a product of two, for that of the
/// least numbers is beyond double: what is nothing in a spectrum then does not depend on the image's unit.
template <class T>
std::pair<double, double> unit_of_image(const tensor_view<T, 4>& images, index_t sample) {
  double largest = 0;
  for (index_t c = 0; c < images.extent(1); ++c)
    for (index_t y = 0; y < images.extent(2); ++y)
      for (index_t x = 0; x < images.extent(3); ++x) {
        const double value = static_cast<double>(images(sample, c, y, x));
        MIXCON_REQUIRE(is_finite_number(value), "spectral_residual_saliency: image ", sample, " holds ", value,
                       "; expected finite values.");
        largest = std::fmax(largest, std::fabs(value));
      }
  const int exponent = largest > 0 ? std::ilogb(largest) : 0, half = exponent / 2;
  return {std::ldexp(1.0, -half), std::ldexp(1.0, half - exponent)};
}

/// Replaces a spectrum's amplitudes a by e^(log a - mean of log a over 3 x 3 neighbours, around the edges); phases
/// stay.
inline void keep_residual(std::vector<complex_number<double>>& spectrum, index_t rows, index_t columns) {
  constexpr double least = 1e-12;  // of an amplitude; nothing has no phase, and counts as 1
  std::vector<double> amplitude, logarithm;
  for (const complex_number<double>& f : spectrum) {
    const double size = std::hypot(f.real, f.imaginary);
    amplitude.push_back(size > least ? size : least);
    logarithm.push_back(std::log(amplitude.back()));
  }
  const auto at = [&](index_t y, index_t x) {
    return static_cast<std::size_t>((y + rows) % rows * columns + (x + columns) % columns);
  };
  for (index_t y = 0; y < rows; ++y)
    for (index_t x = 0; x < columns; ++x) {
      double mean = 0;
      for (index_t down = -1; down <= 1; ++down)
        for (index_t right = -1; right <= 1; ++right) mean += logarithm[at(y + down, x + right)] / 9;
      complex_number<double>& f = spectrum[at(y, x)];
      const double factor = std::exp(logarithm[at(y, x)] - mean) / amplitude[at(y, x)];
      f = amplitude[at(y, x)] > least ? complex_number<double>{f.real * factor, f.imaginary * factor}
                                      : complex_number<double>{factor * least, 0};
    }
}

}  // namespace detail

/// Saliency without a network, by spectral residual: what of an image's spectrum stands out from its surroundings,
///
///   r = |inverse transform of e^(L - mean over 3 x 3 of L + i phase)|^2,   L = log amplitude,
///
/// of the mean over channels, smoothed as `blurred_saliency` does and divided by its largest value. Images
/// (N, C, H, W) of finite values in any unit, saliency (N, H, W) in [0, 1]; an image of one value has saliency 1
/// everywhere. O(N H W (H + W)) at most. Hou and Zhang 2007; the default of GuidedMixup (Kang and Kim 2023,
/// arXiv:2306.16612) without a network.
template <detail::GivenTensor<4> Images, detail::GivenTensor<3> Saliency>
void spectral_residual_saliency(const Images& images, Saliency&& saliency, index_t size = 7, double sigma = 3) {
  const auto from = view<4>(images);
  const auto to = view<3>(std::forward<Saliency>(saliency));
  MIXCON_REQUIRE(from.extent(0) == to.extent(0) && from.extent(2) == to.extent(1) && from.extent(3) == to.extent(2) &&
                     from.size() > 0,
                 "spectral_residual_saliency: the images are ", from.extents(), ", the saliency ", to.extents(),
                 "; expected (N, C, H, W) with at least one pixel, and (N, H, W).");
  const index_t rows = to.extent(1), columns = to.extent(2);
  std::vector<detail::complex_number<double>> image(static_cast<std::size_t>(rows * columns));
  std::vector<double> squares(image.size()), smooth(image.size());
  for (index_t i = 0; i < to.extent(0); ++i) {
    const std::pair<double, double> unit = detail::unit_of_image(from, i);
    for (index_t y = 0; y < rows; ++y)
      for (index_t x = 0; x < columns; ++x) {
        double sum = 0;
        for (index_t c = 0; c < from.extent(1); ++c)
          sum += static_cast<double>(from(i, c, y, x)) * unit.first * unit.second;
        image[static_cast<std::size_t>(y * columns + x)] = {sum / static_cast<double>(from.extent(1)), 0};
      }
    detail::inverse_fourier_2d(image, rows, columns);  // of a real image: the transform, but for the phases' signs
    detail::keep_residual(image, rows, columns);
    for (detail::complex_number<double>& f : image) f.imaginary = -f.imaginary;
    detail::inverse_fourier_2d(image, rows, columns);
    for (std::size_t k = 0; k < image.size(); ++k)
      squares[k] = image[k].real * image[k].real + image[k].imaginary * image[k].imaginary;
    const axes<3> one{1, rows, columns};
    blurred_saliency(tensor_view<const double, 3>(squares.data(), one), tensor_view<double, 3>(smooth.data(), one),
                     size, sigma);
    double largest = 0;
    for (const double value : smooth) largest = value > largest ? value : largest;
    for (index_t y = 0; y < rows; ++y)
      for (index_t x = 0; x < columns; ++x) {
        const double value = smooth[static_cast<std::size_t>(y * columns + x)];
        to(i, y, x) = static_cast<typename decltype(to)::element>(largest > 0 ? value / largest : 1);
      }
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
