// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <string>

namespace mixcon_train {
inline namespace options {
class option_list;
}
inline namespace data {

using mixcon::index_t;

/// How a view differs from its image. Every part is off unless it is asked for; those that are on come in the order in
/// which they stand here. Probabilities are in [0, 1].
struct image_view_options {
  /// Pad with 0 by so many pixels on each side, then cut out the old size at a random place.
  index_t shift = 0;

  /// Cut out a random part and scale it back to the old size (bilinear). Share of the area and aspect ratio are drawn
  /// as in Szegedy et al. 2015, arXiv:1409.4842: 10 tries, then the largest part in the middle with an allowed aspect.
  struct resized_crop {
    double probability = 0;
    double smallest = 0.2, largest = 1;            ///< share of the area, 0 < smallest <= largest <= 1
    double narrowest = 3.0 / 4, widest = 4.0 / 3;  ///< width / height, of the part; drawn evenly in its logarithm
  } crop{};

  double flip = 0;  ///< probability of left and right changing places

  /// Brightness, contrast and saturation, in random order, each times a factor that is uniform in
  /// [max(0, 1 - strength), 1 + strength]. Saturation needs three channels, and is left out with one.
  struct colour_jitter {
    double probability = 0;
    double brightness = 0.4, contrast = 0.4, saturation = 0.4;  ///< strengths, >= 0
  } jitter{};

  double grey = 0;  ///< probability of every channel showing the luminance; nothing changes with one channel

  /// Gaussian blur, its deviation (in pixels) uniform in [smallest, largest]; borders are mirrored.
  struct gaussian_blur {
    double probability = 0;
    double smallest = 0.1, largest = 1;
  } blur{};

  /// Cover a random rectangle with the mean of the data set. Zhong et al. 2017, arXiv:1708.04896.
  struct random_erase {
    double probability = 0;
    double smallest = 0.02, largest = 0.33;      ///< share of the area
    double narrowest = 0.3, widest = 1.0 / 0.3;  ///< width / height, drawn evenly in its logarithm
  } erase{};

  void declare(option_list& to);
};

/// The views of the default job on small grey images: shift by 2, flip, erase with probability 0.25.
image_view_options small_image_augmentation();

/// The views that SimCLR and its kin need: crop to 0.2 .. 1 of the area, flip, jitter 0.8, and in colour grey 0.2 and
/// blur 0.5; without colour erase 0.25 instead. Chen et al. 2020, arXiv:2002.05709, at the size of small images.
image_view_options contrastive_image_views(index_t channels);

/// Every part that is on, in one line: "shift 2, flip 0.5, erase 0.25"; or "none".
std::string to_string(const image_view_options&);

/// Refuses options that are out of range; `function` starts the sentence, which speaks of flags.
void check_image_view_options(const image_view_options& chosen, const char* function);

using augmentation = image_view_options;

}  // namespace data
}  // namespace mixcon_train
