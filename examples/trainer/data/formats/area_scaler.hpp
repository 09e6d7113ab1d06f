// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/image_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// How a picture that is no square becomes one.
enum class picture_fit {
  crop,    ///< the square in its middle
  pad,     ///< the whole picture, in the middle of a white square
  stretch  ///< the whole picture, each side scaled on its own
};

/// Scales a picture to size x size pixels while its rows come: a pixel is the mean of the area that it covers. Whole
/// numbers throughout: the same bits on every machine. Memory: O(size^2 + columns).
class area_scaler final : public row_taker {
 public:
  area_scaler(index_t size, picture_fit fit);

  void begin(index_t rows, index_t columns) override;
  void row(std::span<const std::uint8_t> colours) override;

  /// (channels, size, size) when all rows have come: red, green, blue; or grey, 0.299 red + 0.587 green + 0.114 blue.
  /// Rounded to the nearest.
  std::vector<std::uint8_t> colour() const;
  std::vector<std::uint8_t> grey() const;

 private:
  /// Along one axis the picture's pixels `first` to `first + extent` become `size`. A pixel of the picture is `size`
  /// units long, one of the result `extent`.
  struct axis {
    index_t first = 0, extent = 1;
  };
  template <class Visit>
  void each_cover(const axis& along, index_t pixel, Visit visit) const;

  index_t size_, next_row_ = 0;
  picture_fit fit_;
  axis rows_{}, columns_{};
  std::vector<std::uint64_t>
      darkness_{};                     // (3, size, size): sums of 255 - value; what lies outside is white, and adds 0
  std::vector<std::uint64_t> line_{};  // (3, size): one row of the picture, scaled along it
};

}  // namespace data
}  // namespace mixcon_train
