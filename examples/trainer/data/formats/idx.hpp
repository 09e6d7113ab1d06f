// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// An array of bytes of rank 1 to 4, row-major.
struct idx_array {
  std::vector<index_t> extents{};
  std::vector<std::uint8_t> values{};
};

/// Reads an IDX file of unsigned bytes, with gzip or without: 0, 0, 8, the number of axes, their extents as big-endian
/// 32-bit numbers, then the values; LeCun's format of MNIST. `expected` gives the extents the file must have, -1 for
/// any; no value is above `largest`. Throws file_error, whose last part is `advice`; sizes are checked before memory is
/// taken.
idx_array read_idx(const std::string& path, const std::vector<index_t>& expected, int largest,
                   const std::string& advice);

/// The data set of an IDX file of images (N, H, W), with values up to `largest`, and one of labels (N), which are below
/// the number of class names.
data_set read_idx_pair(const std::string& images, const std::string& labels, const image_shape& expected, int largest,
                       const std::vector<std::string>& class_names, const std::string& advice);

}  // namespace data
}  // namespace mixcon_train
