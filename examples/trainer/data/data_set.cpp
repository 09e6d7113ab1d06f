// SPDX-License-Identifier: BSD-3-Clause
#include "data/data_set.hpp"

#include "data/pixel_table.hpp"

#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/require.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

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
  void take(const std::string& text) {
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    take(bytes.data(), bytes.size());
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325;
};

/// Sums over bands in one pass through the samples: adds_to(band's sum, the numbers of the band, their count).
template <class T, class Sum, class Add>
std::vector<Sum> sums_of_bands(const data_set& data, const std::vector<T>& numbers, const Add& add) {
  const index_t bands = data.bands(), length = data.band_length();
  std::vector<Sum> sums(static_cast<std::size_t>(bands));
  const T* band = numbers.data();
  for (index_t i = 0; i < data.samples(); ++i)
    for (std::size_t b = 0; b < sums.size(); ++b, band += length)
      for (index_t k = 0; k < length; ++k) add(sums[b], b, band[k]);
  return sums;
}

channel_statistics statistics_of_pixels(const data_set& data) {
  struct whole_sums {
    std::uint64_t values = 0, squares = 0;  // exact below 2^48 pixels
  };
  const auto sums = sums_of_bands<std::uint8_t, whole_sums>(
      data, data.images,
      [](whole_sums& sum, std::size_t, std::uint64_t value) { sum.values += value, sum.squares += value * value; });
  const double count = static_cast<double>(data.samples() * data.band_length());
  channel_statistics statistics;
  for (const whole_sums& sum : sums) {
    const double mean = static_cast<double>(sum.values) / count;
    const double variance = static_cast<double>(sum.squares) / count - mixcon::portable::product(mean, mean);
    statistics.mean.push_back(mean / 255);
    statistics.deviation.push_back(variance > 0 ? std::sqrt(variance) / 255 : 1);
  }
  return statistics;
}

/// In two passes: a feature's mean may be many times its deviation.
channel_statistics statistics_of_numbers(const data_set& data) {
  struct range_and_sum {
    double sum = 0;
    float low = std::numeric_limits<float>::infinity(), high = -low;
  };
  const auto ranges =
      sums_of_bands<float, range_and_sum>(data, data.values, [](range_and_sum& band, std::size_t, float value) {
        band.sum += static_cast<double>(value);
        band.low = std::min(band.low, value), band.high = std::max(band.high, value);
      });
  const double count = static_cast<double>(data.samples() * data.band_length());
  channel_statistics statistics;
  for (const range_and_sum& band : ranges)
    statistics.mean.push_back(band.low == band.high ? static_cast<double>(band.low) : band.sum / count);
  statistics.deviation =
      sums_of_bands<float, double>(data, data.values, [&](double& sum, std::size_t band, float value) {
        const double away = static_cast<double>(value) - statistics.mean[band];
        sum += mixcon::portable::product(away, away);
      });
  for (double& deviation : statistics.deviation) deviation = deviation > 0 ? std::sqrt(deviation / count) : 1;
  return statistics;
}

}  // namespace

const char* to_string(sample_kind kind) {
  switch (kind) {
    case sample_kind::image:
      return "image";
    case sample_kind::row:
      return "row";
    case sample_kind::clip:
      return "clip";
  }
  return "?";
}

index_t data_set::bands() const {
  switch (kind) {
    case sample_kind::image:
      return shape.channels;
    case sample_kind::row:
      return width();
    case sample_kind::clip:
      return shape.channels * shape.rows;
  }
  return 0;
}

void check_data_set(const data_set& data, const char* function) {
  const image_shape& shape = data.shape;
  MIXCON_REQUIRE(shape.samples >= 1 && shape.channels >= 1 && shape.rows >= 1 && shape.columns >= 1, function, ": ",
                 data.name, " has the shape (", shape.samples, ", ", shape.channels, ", ", shape.rows, ", ",
                 shape.columns, "); expected at least 1 of each.");
  MIXCON_REQUIRE(data.kind != sample_kind::row || (shape.channels == 1 && shape.rows == 1), function, ": ", data.name,
                 " has rows of ", shape.channels, " x ", shape.rows, " x ", shape.columns,
                 " numbers; expected 1 x 1 x features.");
  const bool pixels = data.kind == sample_kind::image;
  const auto numbers = static_cast<std::size_t>(data.samples() * data.width());
  MIXCON_REQUIRE(data.images.size() == (pixels ? numbers : 0) && data.values.size() == (pixels ? 0 : numbers), function,
                 ": ", data.name, " has ", data.images.size(), " pixels and ", data.values.size(), " values; expected ",
                 numbers, pixels ? " pixels" : " values", " for ", data.samples(), " samples of ", data.width(),
                 ", and nothing else.");
  MIXCON_REQUIRE(std::ssize(data.labels) == data.samples(), function, ": ", data.name, " has ", data.labels.size(),
                 " labels for ", data.samples(), " samples; expected one each.");
  for (index_t i = 0; i < data.samples(); ++i)
    MIXCON_REQUIRE(0 <= data.label(i) && data.label(i) < data.classes(), function, ": sample ", i, " of ", data.name,
                   " has the label ", data.label(i), "; expected 0 to ", data.classes() - 1, ".");
  for (std::size_t k = 0; k < data.values.size(); ++k)
    MIXCON_REQUIRE(std::isfinite(data.values[k]), function, ": value ", static_cast<index_t>(k) % data.width(),
                   " of sample ", static_cast<index_t>(k) / data.width(), " of ", data.name, " is ", data.values[k],
                   "; expected a finite number.");
  MIXCON_REQUIRE(data.feature_names.empty() || std::ssize(data.feature_names) == data.width(), function, ": ",
                 data.name, " names ", data.feature_names.size(), " features and has ", data.width(),
                 "; expected a name for each, or none.");
}

void require_kind(const data_set& data, sample_kind wanted, const char* function) {
  MIXCON_REQUIRE(data.kind == wanted, function, ": the samples of ", data.name, " are ", to_string(data.kind),
                 "s; expected ", to_string(wanted), "s.");
}

data_set taken(const data_set& whole, const std::vector<index_t>& samples) {
  data_set part{.name = whole.name,
                .kind = whole.kind,
                .shape = whole.shape,
                .class_names = whole.class_names,
                .feature_names = whole.feature_names,
                .note = whole.note};
  part.shape.samples = std::ssize(samples);
  const auto numbers = samples.size() * static_cast<std::size_t>(whole.width());
  whole.kind == sample_kind::image ? part.images.reserve(numbers) : part.values.reserve(numbers);
  part.labels.reserve(samples.size());
  for (const index_t i : samples) {
    MIXCON_REQUIRE(0 <= i && i < whole.samples(), "taken: sample ", i, " of ", whole.name, "; it has ", whole.samples(),
                   ".");
    if (whole.kind == sample_kind::image)
      part.images.insert(part.images.end(), whole.image(i), whole.image(i) + whole.width());
    else
      part.values.insert(part.values.end(), whole.numbers(i), whole.numbers(i) + whole.width());
    part.labels.push_back(whole.label(i));
  }
  return part;
}

data_set part_of(const data_set& whole, index_t first, index_t end) {
  MIXCON_REQUIRE(0 <= first && first <= end && end <= whole.samples(), "part_of: samples ", first, " to ", end, " of ",
                 whole.name, "; it has ", whole.samples(), ".");
  std::vector<index_t> samples(static_cast<std::size_t>(end - first));
  std::iota(samples.begin(), samples.end(), first);
  return taken(whole, samples);
}

std::uint64_t content_hash(const data_set& data) {
  running_hash hash;
  for (const index_t extent : {data.shape.samples, data.shape.channels, data.shape.rows, data.shape.columns})
    hash.take(static_cast<std::uint64_t>(extent));
  hash.take(data.images.data(), data.images.size());
  for (const int label : data.labels) hash.take(static_cast<std::uint64_t>(label));
  for (const std::string& name : data.class_names) hash.take(name);
  if (data.kind == sample_kind::image) return hash.value();  // checkpoints hold it
  hash.take(static_cast<std::uint64_t>(data.kind));
  for (const float value : data.values) hash.take(std::bit_cast<std::uint32_t>(value));
  for (const std::string& name : data.feature_names) hash.take(name);
  return hash.value();
}

channel_statistics channel_statistics_of(const data_set& data) {
  MIXCON_REQUIRE(data.samples() >= 1, "channel_statistics_of: ", data.name, " has no samples.");
  return data.kind == sample_kind::image ? statistics_of_pixels(data) : statistics_of_numbers(data);
}

void normalised_rows(const data_set& data, const channel_statistics& statistics, const std::vector<index_t>& samples,
                     float* rows) {
  const index_t bands = data.bands(), length = data.band_length();
  require_statistics_fit(data, statistics, "normalised_rows");
  const bool pixels = data.kind == sample_kind::image;
  const pixel_table table(pixels ? statistics : channel_statistics{});
  for (const index_t i : samples) {
    MIXCON_REQUIRE(0 <= i && i < data.samples(), "normalised_rows: sample ", i, " of ", data.name, "; it has ",
                   data.samples(), ".");
    if (!pixels) {
      normalise(data, statistics, i, rows);
      rows += data.width();
      continue;
    }
    const std::uint8_t* pixel = data.image(i);
    for (index_t b = 0; b < bands; ++b)
      for (index_t k = 0; k < length; ++k) *rows++ = table(b, *pixel++);
  }
}

void normalise(const data_set& data, const channel_statistics& statistics, index_t sample, float* row) {
  const float* value = data.numbers(sample);
  const index_t length = data.band_length();
  for (std::size_t b = 0; b < statistics.mean.size(); ++b)
    for (index_t k = 0; k < length; ++k)
      *row++ = static_cast<float>((static_cast<double>(*value++) - statistics.mean[b]) / statistics.deviation[b]);
}

void require_statistics_fit(const data_set& data, const channel_statistics& statistics, const char* function) {
  const char* const bands = data.kind == sample_kind::image ? "channels"
                            : data.kind == sample_kind::row ? "features"
                                                            : "mel bands";
  MIXCON_REQUIRE(std::ssize(statistics.mean) == data.bands() && std::ssize(statistics.deviation) == data.bands(),
                 function, ": statistics of ", statistics.mean.size(), " ", bands, " for ", data.name, ", which has ",
                 data.bands(), "; expected one mean and one deviation each. Are they of another data set?");
}

}  // namespace data
}  // namespace mixcon_train
