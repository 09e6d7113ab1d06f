// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/device.hpp"
#include "files/safetensors.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace run {

/// A tensor of a device as a file holds it: its numbers as they are, F32 or F64.
stored_tensor stored(const std::string& name, const tensor& x);

/// The tensor of that name, on a device. Refuses, naming `path`, where it is missing or has another shape or type: the
/// file is of another model. Throws file_error.
tensor restored(const tensor_file& file, const std::string& name, const shape& extents, device& on,
                const std::string& path);

/// The name under which a checkpoint holds the mean of a parameter or state over the steps of training.
inline std::string mean_name(const std::string& name) { return "average." + name; }

/// Whether there is a tensor of that name, shape and type.
bool fits(const tensor_file& file, const std::string& name, const shape& extents, const device& on);

/// A whole number as a file holds it, and back. Refuses, naming `path`, what is missing or no such number.
stored_tensor stored_count(const std::string& name, index_t count);
index_t restored_count(const tensor_file& file, const std::string& name, const std::string& path);

}  // namespace run
}  // namespace mixcon_train
