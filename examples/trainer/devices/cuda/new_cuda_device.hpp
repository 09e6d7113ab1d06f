// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/device.hpp"

#include <memory>

namespace mixcon_train {
inline namespace devices {

/// A `cuda_device` in float on the first GPU. Refuses in one sentence where the program was built without CUDA, or no
/// GPU or driver is there (std::invalid_argument).
std::unique_ptr<device> new_cuda_device();

}  // namespace devices
}  // namespace mixcon_train
