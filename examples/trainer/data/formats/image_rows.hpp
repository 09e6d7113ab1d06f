// SPDX-License-Identifier: BSD-3-Clause
// What decoders of pictures have in common: limits, and who takes the rows. A picture is never held whole where its
// format lets its rows be taken one after another.
#pragma once

#include "data/formats/named_bytes.hpp"

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <span>

namespace mixcon_train {
inline namespace data {

using mixcon::index_t;

/// The largest picture that is decoded; a larger one is refused before memory is taken.
struct picture_limits {
  index_t side = index_t{1} << 16;    ///< of rows, and of columns
  index_t pixels = index_t{1} << 28;  ///< of a picture whose rows come one by one
  index_t held = index_t{1} << 26;    ///< of one that must be held whole: interlaced or progressive
};

/// Takes a picture from the first row to the last.
class row_taker {
 public:
  virtual ~row_taker() = default;
  virtual void begin(index_t rows, index_t columns) = 0;
  /// (columns, 3): red, green, blue of each pixel, whatever the file holds; what is transparent is over white.
  virtual void row(std::span<const std::uint8_t> colours) = 0;
};

/// Refuses extents that are 0, or beyond the limits. `at` is where the file says them.
inline void require_within(const picture_limits& limits, const named_bytes& file, std::uint64_t at, std::uint64_t rows,
                           std::uint64_t columns, bool is_held) {
  const auto side = static_cast<std::uint64_t>(limits.side);
  const auto most = static_cast<std::uint64_t>(is_held ? limits.held : limits.pixels);
  if (rows == 0 || columns == 0 || rows > side || columns > side || rows * columns > most)
    file.refuse_at(at, "the picture is " + std::to_string(rows) + " x " + std::to_string(columns) +
                           " pixels; expected 1 to " + std::to_string(side) + " a side and at most " +
                           std::to_string(most) + " in all" + (is_held ? " where it is not stored row by row" : ""));
}

}  // namespace data
}  // namespace mixcon_train
