// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"

#include <string>

namespace mixcon_train {
inline namespace data {

/// How a view differs from its image. Every part is off unless it is asked for; those that are on come in the order in
/// which they stand here. Probabilities are in [0, 1].
struct augmentation {
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
};

/// The augmentation of the default job on small grey images: shift by 2, flip, erase with probability 0.25.
augmentation small_image_augmentation();

/// Every setting that is on, in one line: "shift 2, flip 0.5, erase 0.25".
std::string to_string(const augmentation&);

/// Refuses settings that are out of range; `function` starts the sentence.
void check_augmentation(const augmentation& settings, const char* function);

}  // namespace data
}  // namespace mixcon_train
