// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// What a record of a CIFAR file is: some label bytes, of which one is the class, and 3 x 32 x 32 values, red first.
struct cifar_record {
  index_t labels = 1;  ///< bytes before the values: 1 in CIFAR-10, 2 in CIFAR-100 (coarse, fine)
  index_t used = 0;    ///< which of them is the class
};

/// Reads one file of exactly `records` records behind `data`, whose class names are given. Throws file_error, whose
/// last part is `advice`.
void append_cifar_file(const std::string& path, const cifar_record& record, index_t records, const std::string& advice,
                       data_set& data);

}  // namespace data
}  // namespace mixcon_train
