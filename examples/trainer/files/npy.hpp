// SPDX-License-Identifier: BSD-3-Clause
// Arrays as NumPy stores them, format 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace files {

using mixcon::index_t;

/// The bytes of an .npy file of a dense, row-major array. `extents` may be empty: one number. Refuses extents whose
/// product is not the count of numbers.
std::string npy_bytes(std::span<const float> numbers, const std::vector<index_t>& extents);
std::string npy_bytes(std::span<const std::int64_t> numbers, const std::vector<index_t>& extents);

}  // namespace files
}  // namespace mixcon_train
