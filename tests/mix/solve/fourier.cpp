// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/samplers.hpp>
#include <mixcon/mix/solve/fourier.hpp>

#include "support/catch.hpp"

#include <complex>
#include <numbers>
#include <type_traits>

using namespace mixcon;

namespace {

std::complex<double> root(index_t turns, index_t of) {
  return std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(turns % of) / static_cast<double>(of));
}
template <class T>
std::vector<detail::complex_number<T>> random_numbers(index_t count) {
  philox_stream bits(1, 0, 0, count);
  std::vector<detail::complex_number<T>> all(static_cast<std::size_t>(count));
  for (auto& x : all) x = {static_cast<T>(normal(bits)), static_cast<T>(normal(bits))};
  return all;
}
template <class T>
std::complex<double> plain(const detail::complex_number<T>& x) {
  return {static_cast<double>(x.real), static_cast<double>(x.imaginary)};
}
/// Of sums of a few hundred numbers of size 1.
template <class T>
constexpr double far = std::is_same_v<T, double> ? 1e-12 : 2e-4;

}  // namespace

TEMPLATE_TEST_CASE("lines are transformed as the sum says: any length, any number of lines, rows and columns", "[mix]",
                   double, float) {
  for (const index_t n : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 21, 28, 32, 45, 56, 224})
    for (const index_t lines : {1, 3, 16, 33})
      for (const bool by_row : {true, false}) {
        const std::vector<detail::complex_number<TestType>> before = random_numbers<TestType>(n * lines);
        std::vector<detail::complex_number<TestType>> after = before;
        const index_t line = by_row ? n : 1, entry = by_row ? 1 : lines;
        detail::inverse_fourier_lines(after.data(), lines, line, n, entry);
        INFO(lines << " lines of " << n << (by_row ? ", rows" : ", columns"));
        double furthest = 0;
        for (index_t l = 0; l < lines; ++l)
          for (index_t k = 0; k < n; ++k) {
            std::complex<double> sum = 0;
            for (index_t j = 0; j < n; ++j)
              sum += plain(before[static_cast<std::size_t>(l * line + j * entry)]) * root(j * k, n);
            furthest = std::max(furthest, std::abs(sum - plain(after[static_cast<std::size_t>(l * line + k * entry)])));
          }
        CHECK(furthest < far<TestType>);
      }
}

TEMPLATE_TEST_CASE("an image is that of its half spectrum, for odd and even sides", "[mix]", double, float) {
  for (const index_t rows : {1, 2, 3, 8, 9, 14})
    for (const index_t columns : {1, 2, 3, 6, 7, 16}) {
      const index_t half = columns / 2 + 1;
      const std::vector<detail::complex_number<TestType>> spectrum = random_numbers<TestType>(rows * half);
      const std::vector<TestType> image = detail::image_of_spectrum(spectrum, rows, columns);
      REQUIRE(image.size() == static_cast<std::size_t>(rows * columns));
      INFO(rows << " x " << columns);
      double furthest = 0;
      for (index_t y = 0; y < rows; ++y)
        for (index_t x = 0; x < columns; ++x) {
          double sum = 0;
          for (index_t u = 0; u < half; ++u) {
            std::complex<double> down = 0;
            for (index_t v = 0; v < rows; ++v)
              down += plain(spectrum[static_cast<std::size_t>(v * half + u)]) * root(v * y, rows);
            const bool alone = u == 0 || 2 * u == columns;  // has no mirror image, and counts as real
            sum += alone ? down.real() * root(u * x, columns).real() : 2 * (down * root(u * x, columns)).real();
          }
          furthest =
              std::max(furthest, std::abs(sum - static_cast<double>(image[static_cast<std::size_t>(y * columns + x)])));
        }
      CHECK(furthest < far<TestType>);
    }
}
