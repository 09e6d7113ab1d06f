// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/area_scaler.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace data {

area_scaler::area_scaler(index_t size, picture_fit fit) : size_(size), fit_(fit) {
  MIXCON_REQUIRE(1 <= size && size <= 4096, "area_scaler: the size is ", size, "; expected 1 to 4096 pixels.");
}

void area_scaler::begin(index_t rows, index_t columns) {
  const index_t square = fit_ == picture_fit::pad ? std::max(rows, columns) : std::min(rows, columns);
  const auto middle = [&](index_t extent) { return axis{(extent - square) / 2, square}; };
  const bool is_square = fit_ != picture_fit::stretch;
  rows_ = is_square ? middle(rows) : axis{0, rows};
  columns_ = is_square ? middle(columns) : axis{0, columns};
  next_row_ = 0;
  line_.assign(static_cast<std::size_t>(3 * size_), 0);
  darkness_.assign(static_cast<std::size_t>(3 * size_ * size_), 0);
}

template <class Visit>
void area_scaler::each_cover(const axis& along, index_t pixel, Visit visit) const {
  index_t begin = (pixel - along.first) * size_;
  const index_t end = std::min(begin + size_, along.extent * size_);
  if (begin < 0) return;
  for (index_t to = begin / along.extent; begin < end; ++to) {
    const index_t until = std::min(end, (to + 1) * along.extent);
    visit(static_cast<std::size_t>(to), static_cast<std::uint64_t>(until - begin));
    begin = until;
  }
}

void area_scaler::row(std::span<const std::uint8_t> colours) {
  const auto size = static_cast<std::size_t>(size_);
  const index_t columns = std::ssize(colours) / 3;
  bool is_wanted = false;
  each_cover(rows_, next_row_, [&](std::size_t, std::uint64_t) { is_wanted = true; });
  if (is_wanted) {
    std::fill(line_.begin(), line_.end(), 0);
    for (index_t x = 0; x < columns; ++x)
      each_cover(columns_, x, [&](std::size_t to, std::uint64_t length) {
        for (std::size_t c = 0; c < 3; ++c)
          line_[c * size + to] += length * (255U - colours[3 * static_cast<std::size_t>(x) + c]);
      });
    each_cover(rows_, next_row_, [&](std::size_t to, std::uint64_t length) {
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t x = 0; x < size; ++x) darkness_[(c * size + to) * size + x] += length * line_[c * size + x];
    });
  }
  ++next_row_;
}

std::vector<std::uint8_t> area_scaler::colour() const {
  const std::uint64_t area = static_cast<std::uint64_t>(rows_.extent) * static_cast<std::uint64_t>(columns_.extent);
  std::vector<std::uint8_t> values;
  values.reserve(darkness_.size());
  for (const std::uint64_t sum : darkness_) values.push_back(static_cast<std::uint8_t>(255 - (sum + area / 2) / area));
  return values;
}

std::vector<std::uint8_t> area_scaler::grey() const {
  const std::uint64_t area =
      1000 * static_cast<std::uint64_t>(rows_.extent) * static_cast<std::uint64_t>(columns_.extent);
  const std::size_t pixels = darkness_.size() / 3;
  std::vector<std::uint8_t> values;
  values.reserve(pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    const std::uint64_t sum = 299 * darkness_[p] + 587 * darkness_[pixels + p] + 114 * darkness_[2 * pixels + p];
    values.push_back(static_cast<std::uint8_t>(255 - (sum + area / 2) / area));
  }
  return values;
}

}  // namespace data
}  // namespace mixcon_train
