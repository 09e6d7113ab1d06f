// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"

#include <map>
#include <string>

namespace mixcon_train {
inline namespace data {

/// A set that scripts/data has built once: parts of one kind with the same classes.
struct built_set {
  std::string source{};    ///< what it was made of: packages and their versions
  std::string checksum{};  ///< of the numbers, labels and classes; sixteen hexadecimal digits
  std::map<std::string, data_set> parts{};
};

/// Writes parts of images or clips into one safetensors file, with the checksum. Numbers of clips are stored in steps
/// of 0.1 from -14 (0.4 dB of a log-mel spectrogram), so that a rounding of the machine that built it hardly shows.
/// Returns the checksum.
std::string write_built_set(const std::string& path, const std::map<std::string, data_set>& parts,
                            const std::string& source);

/// Reads such a file. Throws file_error, whose last part is `advice`, for one that is not there, is damaged (by its
/// checksum), or is no such set.
built_set read_built_set(const std::string& path, const std::string& advice);

}  // namespace data
}  // namespace mixcon_train
