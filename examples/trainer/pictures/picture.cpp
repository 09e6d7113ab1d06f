// SPDX-License-Identifier: BSD-3-Clause
#include "pictures/picture.hpp"

#include "pictures/font.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace mixcon_train {
inline namespace pictures {

picture::picture(index_t rows, index_t columns, colour background) : rows_(rows), columns_(columns) {
  const index_t most = 1 << 15;
  MIXCON_REQUIRE(0 <= rows && rows <= most && 0 <= columns && columns <= most, "picture: ", rows, " x ", columns,
                 " pixels; expected up to ", most, " x ", most, ". Show fewer images, or smaller ones.");
  pixels_.assign(static_cast<std::size_t>(rows * columns), background);
}

void picture::paste(const picture& other, index_t top, index_t left) {
  for (index_t y = std::max<index_t>(0, -top); y < std::min(other.rows(), rows_ - top); ++y)
    for (index_t x = std::max<index_t>(0, -left); x < std::min(other.columns(), columns_ - left); ++x)
      (*this)(top + y, left + x) = other(y, x);
}

void picture::write(std::string_view text, index_t top, index_t left, index_t scale, colour ink) {
  const picture dot(scale, scale, ink);
  for (const char letter : text) {
    const glyph dots = glyph_of(letter);
    for (index_t y = 0; y < glyph_rows; ++y)
      for (index_t x = 0; x < glyph_columns; ++x)
        if ((dots[static_cast<std::size_t>(y)] >> (glyph_columns - 1 - x) & 1) != 0)
          paste(dot, top + y * scale, left + x * scale);
    left += (glyph_columns + 1) * scale;
  }
}

index_t text_width(std::string_view text, index_t scale) {
  return text.empty() ? 0 : (std::ssize(text) * (glyph_columns + 1) - 1) * scale;
}
index_t text_height(index_t scale) { return glyph_rows * scale; }

picture picture_of(const mixcon::tensor_view<const float, 3>& image) {
  const index_t channels = image.extent(0);
  MIXCON_REQUIRE(channels == 1 || channels == 3, "picture_of: the image has ", channels,
                 " channels; expected 1 (grey) or 3 (red, green, blue).");
  picture made(image.extent(1), image.extent(2));
  const auto value = [&](index_t c, index_t y, index_t x) {
    return static_cast<std::uint8_t>(std::clamp(std::round(image(channels == 1 ? 0 : c, y, x)), 0.0F, 255.0F));
  };
  for (index_t y = 0; y < made.rows(); ++y)
    for (index_t x = 0; x < made.columns(); ++x) made(y, x) = {value(0, y, x), value(1, y, x), value(2, y, x)};
  return made;
}

picture enlarged(const picture& original, index_t factor) {
  MIXCON_REQUIRE(factor >= 1, "enlarged: the factor is ", factor, "; expected 1 or more.");
  picture large(original.rows() * factor, original.columns() * factor);
  for (index_t y = 0; y < large.rows(); ++y)
    for (index_t x = 0; x < large.columns(); ++x) large(y, x) = original(y / factor, x / factor);
  return large;
}

}  // namespace pictures
}  // namespace mixcon_train
