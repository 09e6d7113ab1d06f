// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

using mixcon::image_shape;
using mixcon::index_t;

/// What a sample is. Views and networks follow it.
enum class sample_kind {
  image,  ///< pixels (C, H, W), 0 .. 255
  row,    ///< F numbers of a table, as (1, 1, F)
  clip    ///< the log-mel spectrogram of a second of sound, (1, mel bands, frames), usually 40 x 101
};

/// "image", "row", "clip".
const char* to_string(sample_kind);

/// Samples of one kind and size with a class each, as they came from the file.
struct data_set {
  std::string name{};  ///< "fashion-mnist test"
  sample_kind kind = sample_kind::image;
  image_shape shape{};                       ///< (N, C, H, W); rows (N, 1, 1, F); clips (N, 1, mel bands, frames)
  std::vector<std::uint8_t> images{};        ///< of images, in the order of `shape`; else empty
  std::vector<float> values{};               ///< of rows and clips, in the order of `shape`, all finite; else empty
  std::vector<int> labels{};                 ///< (N), 0 .. classes() - 1
  std::vector<std::string> class_names{};    ///< one class where a source has none
  std::vector<std::string> feature_names{};  ///< of rows: (F), or empty
  std::string note{};  ///< what must stand beside every number of this set, such as "synthetic speech"; mostly empty

  /// The name, with the note behind it: "words train (synthetic speech)".
  std::string title() const { return note.empty() ? name : name + " (" + note + ")"; }
  index_t samples() const { return shape.samples; }
  index_t classes() const { return static_cast<index_t>(class_names.size()); }
  /// Numbers of one sample: C * H * W.
  index_t width() const { return shape.channels * shape.rows * shape.columns; }
  /// The C * H * W pixels of an image.
  const std::uint8_t* image(index_t sample) const { return images.data() + sample * width(); }
  /// The C * H * W numbers of a row or clip.
  const float* numbers(index_t sample) const { return values.data() + sample * width(); }
  int label(index_t sample) const { return labels[static_cast<std::size_t>(sample)]; }
  mixcon::tensor_view<const std::uint8_t, 4> view() const {
    return {images.data(), {shape.samples, shape.channels, shape.rows, shape.columns}};
  }

  /// Numbers that lie next to each other and are normalised together make a band: a channel of an image, one feature of
  /// a row, one mel band of a clip. Mel bands apart, since their levels differ by far more than a band's own changes.
  index_t bands() const;
  index_t band_length() const { return width() / bands(); }
};

/// What one learns from, and what one is judged by.
struct train_and_test {
  data_set train{}, test{};
  data_set validation{};  ///< held out of `train` to choose options by; no samples unless asked for
};

/// Refuses a data set that contradicts itself: no samples, arrays that do not fit the shape or the kind, labels outside
/// of the classes, numbers that are not finite. `function` starts the sentence.
void check_data_set(const data_set& data, const char* function);

/// Refuses data of another kind; `function` starts the sentence.
void require_kind(const data_set& data, sample_kind wanted, const char* function);

/// The samples [first, end) of a data set. Refuses a range outside of it.
data_set part_of(const data_set& whole, index_t first, index_t end);

/// The samples that are listed, in the order of the list; one may stand there twice. Refuses a number outside of the
/// data set.
data_set taken(const data_set& whole, const std::vector<index_t>& samples);

/// A number that another data set hardly shares: of kind, shape, numbers, labels and names, in order. The same on every
/// machine. It finds changes, not forgeries.
std::uint64_t content_hash(const data_set& data);

/// Mean and standard deviation of every band: (C) of images, of values in [0, 1]; (F) of rows; (mel bands) of clips. A
/// band of one value gets deviation 1. The same bits on every machine.
struct channel_statistics {
  std::vector<double> mean{}, deviation{};
  friend bool operator==(const channel_statistics&, const channel_statistics&) = default;
};
channel_statistics channel_statistics_of(const data_set& data);
/// Refuses statistics of other bands than the data set has; `function` starts the sentence.
void require_statistics_fit(const data_set& data, const channel_statistics& statistics, const char* function);

/// The `samples` as the float rows (N, C * H * W) that a network sees: (value - mean) / deviation, where the value of a
/// pixel is in [0, 1]. Writes N * width() numbers.
void normalised_rows(const data_set& data, const channel_statistics& statistics, const std::vector<index_t>& samples,
                     float* rows);
/// One row or clip as the C * H * W floats that a network sees. Checks nothing; not for images (see pixel_table).
void normalise(const data_set& data, const channel_statistics& statistics, index_t sample, float* row);

}  // namespace data
}  // namespace mixcon_train
