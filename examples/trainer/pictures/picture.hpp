// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mixcon_train {
inline namespace pictures {

using mixcon::index_t;

struct colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  friend bool operator==(const colour&, const colour&) = default;
};
inline constexpr colour white{255, 255, 255}, black{};

/// Pixels to look at, (rows, columns), row-major.
class picture {
 public:
  picture() = default;
  picture(index_t rows, index_t columns, colour background = white);

  index_t rows() const { return rows_; }
  index_t columns() const { return columns_; }
  colour& operator()(index_t row, index_t column) { return pixels_[place(row, column)]; }
  const colour& operator()(index_t row, index_t column) const { return pixels_[place(row, column)]; }

  /// Copies another picture to (top, left); what would lie outside is left out.
  void paste(const picture& other, index_t top, index_t left);
  /// Writes text with its upper left corner at (top, left), each dot of a letter `scale` pixels wide. Letters are
  /// 5 x 9 dots with one between them; upper case looks like lower case, and what the font lacks like a box.
  void write(std::string_view text, index_t top, index_t left, index_t scale = 1, colour ink = black);

 private:
  std::size_t place(index_t row, index_t column) const { return static_cast<std::size_t>(row * columns_ + column); }

  index_t rows_ = 0, columns_ = 0;
  std::vector<colour> pixels_{};
};

/// Pixels that a line of text takes in width and height.
index_t text_width(std::string_view text, index_t scale = 1);
index_t text_height(index_t scale = 1);

/// The picture of an image (C, H, W) with values in 0 .. 255, of one channel (grey) or three (red, green, blue); values
/// are rounded and cut off. Refuses another number of channels.
picture picture_of(const mixcon::tensor_view<const float, 3>& image);

/// Every pixel as a square of `factor` x `factor`.
picture enlarged(const picture& original, index_t factor);

}  // namespace pictures
}  // namespace mixcon_train
