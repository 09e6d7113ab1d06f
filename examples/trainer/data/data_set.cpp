// SPDX-License-Identifier: BSD-3-Clause
#include "data/data_set.hpp"

#include "data/pixel_table.hpp"

#include <mixcon/core/require.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace data {

namespace {

/// Takes words into a hash, one multiplication each; the shift brings what the product carries up back down.
class running_hash {
 public:
  void take(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x9E3779B97F4A7C15;
    hash_ ^= hash_ >> 32;
  }
  void take(const std::uint8_t* bytes, std::size_t count) {
    take(count);
    for (std::size_t begin = 0; begin < count; begin += 8) {
      std::uint64_t word = 0;  // put together byte by byte: the same on every processor
      for (std::size_t k = 0; k < 8 && begin + k < count; ++k) word |= std::uint64_t{bytes[begin + k]} << (8 * k);
      take(word);
    }
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325;
};

}  // namespace

data_set part_of(const data_set& whole, index_t first, index_t end) {
  MIXCON_REQUIRE(0 <= first && first <= end && end <= whole.samples(), "part_of: samples ", first, " to ", end, " of ",
                 whole.name, "; it has ", whole.samples(), ".");
  data_set part{.name = whole.name, .shape = whole.shape, .class_names = whole.class_names};
  part.shape.samples = end - first;
  part.images.assign(whole.images.begin() + first * whole.width(), whole.images.begin() + end * whole.width());
  part.labels.assign(whole.labels.begin() + first, whole.labels.begin() + end);
  return part;
}

std::uint64_t content_hash(const data_set& data) {
  running_hash hash;
  for (const index_t extent : {data.shape.samples, data.shape.channels, data.shape.rows, data.shape.columns})
    hash.take(static_cast<std::uint64_t>(extent));
  hash.take(data.images.data(), data.images.size());
  for (const int label : data.labels) hash.take(static_cast<std::uint64_t>(label));
  for (const std::string& name : data.class_names) {
    const std::vector<std::uint8_t> bytes(name.begin(), name.end());
    hash.take(bytes.data(), bytes.size());
  }
  return hash.value();
}

channel_statistics channel_statistics_of(const data_set& data) {
  MIXCON_REQUIRE(data.samples() >= 1, "channel_statistics_of: ", data.name, " has no samples.");
  const index_t pixels = data.shape.rows * data.shape.columns;
  channel_statistics statistics;
  for (index_t c = 0; c < data.shape.channels; ++c) {
    std::uint64_t sum = 0, squares = 0;  // whole numbers: exact below 2^48 pixels
    for (index_t i = 0; i < data.samples(); ++i) {
      const std::uint8_t* channel = data.image(i) + c * pixels;
      for (index_t p = 0; p < pixels; ++p) {
        const std::uint64_t value = channel[p];
        sum += value, squares += value * value;
      }
    }
    const double count = static_cast<double>(data.samples() * pixels), mean = static_cast<double>(sum) / count;
    const double variance = static_cast<double>(squares) / count - mean * mean;
    statistics.mean.push_back(mean / 255);
    statistics.deviation.push_back(variance > 0 ? std::sqrt(variance) / 255 : 1);
  }
  return statistics;
}

void normalised_rows(const data_set& data, const channel_statistics& statistics, const std::vector<index_t>& samples,
                     float* rows) {
  const pixel_table table(statistics);
  const index_t pixels = data.shape.rows * data.shape.columns;
  for (const index_t i : samples) {
    MIXCON_REQUIRE(0 <= i && i < data.samples(), "normalised_rows: sample ", i, " of ", data.name, "; it has ",
                   data.samples(), ".");
    const std::uint8_t* pixel = data.image(i);
    for (index_t c = 0; c < data.shape.channels; ++c)
      for (index_t p = 0; p < pixels; ++p) *rows++ = table(c, *pixel++);
  }
}

}  // namespace data
}  // namespace mixcon_train
