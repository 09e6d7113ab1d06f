// SPDX-License-Identifier: BSD-3-Clause
// Zoom and blur against their formulas in double.
#include "data/views/float_image.hpp"

#include <mixcon/core/random/philox.hpp>
#include <mixcon/core/random/uniform.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace mixcon_train;

namespace {

float_image noise(index_t channels, index_t rows, index_t columns) {
  float_image image{.channels = channels, .rows = rows, .columns = columns};
  mixcon::philox_stream bits(3, 0, 0, rows);
  for (index_t k = 0; k < channels * rows * columns; ++k)
    image.values.push_back(static_cast<float>(255 * mixcon::uniform(bits)));
  return image;
}

double at(const float_image& image, index_t c, index_t y, index_t x) {
  return static_cast<double>(image.values[static_cast<std::size_t>((c * image.rows + y) * image.columns + x)]);
}

/// The value between the centres of pixels [begin, end) of a line, as far in as output `place` of `length` is.
template <class Line>
double between(index_t place, index_t length, index_t begin, index_t end, const Line& line) {
  const double span = static_cast<double>(end - begin);
  const double inside =
      std::clamp((static_cast<double>(place) + 0.5) * span / static_cast<double>(length) - 0.5, 0.0, span - 1);
  const auto low = static_cast<index_t>(inside);
  const double share = inside - static_cast<double>(low);
  return (1 - share) * line(begin + low) + share * line(std::min(begin + low + 1, end - 1));
}

/// Position of a line that goes back and forth between its ends.
index_t mirrored(index_t place, index_t length) {
  while (length > 1 && (place < 0 || place >= length)) place = place < 0 ? -place : 2 * (length - 1) - place;
  return length > 1 ? place : 0;
}

}  // namespace

TEST_CASE("A zoom is bilinear between the centres of pixels", "[data]") {
  for (const mixcon::box& part : {mixcon::box{0, 9, 0, 7}, mixcon::box{2, 5, 3, 7}, mixcon::box{8, 9, 0, 1},
                                  mixcon::box{1, 9, 4, 5}, mixcon::box{0, 2, 0, 6}}) {
    const float_image before = noise(2, 9, 7);
    float_image image = before;
    image.zoom_into(part);
    for (index_t c = 0; c < 2; ++c)
      for (index_t y = 0; y < 9; ++y)
        for (index_t x = 0; x < 7; ++x) {
          const double expected = between(y, 9, part.top, part.bottom, [&](index_t row) {
            return between(x, 7, part.left, part.right, [&](index_t column) { return at(before, c, row, column); });
          });
          CHECK(at(image, c, y, x) == Approx(expected).margin(1e-4));
        }
  }
}

TEST_CASE("A blur is a product of Gaussians along rows and columns, with mirrored borders", "[data]") {
  for (const double deviation : {0.3, 1.0, 2.5}) {
    const float_image before = noise(2, 5, 8);  // narrower than the widest kernel
    float_image image = before;
    image.blur(deviation);
    const auto reach = static_cast<index_t>(std::ceil(3 * deviation));
    const auto weight = [&](index_t k) {
      const double distance = static_cast<double>(k) / deviation;
      return std::exp(-0.5 * distance * distance);
    };
    double sum = 0;
    for (index_t k = -reach; k <= reach; ++k) sum += weight(k);
    for (index_t c = 0; c < 2; ++c)
      for (index_t y = 0; y < 5; ++y)
        for (index_t x = 0; x < 8; ++x) {
          double expected = 0;
          for (index_t down = -reach; down <= reach; ++down)
            for (index_t right = -reach; right <= reach; ++right)
              expected += weight(down) * weight(right) / (sum * sum) *
                          at(before, c, mirrored(y + down, 5), mirrored(x + right, 8));
          CHECK(at(image, c, y, x) == Approx(expected).margin(1e-3));
        }
  }
}
