// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "run/checkpoint.hpp"

#include <string>

namespace mixcon_train {
inline namespace commands {

/// A checkpoint file, or the newest one that can be read of a folder; stderr says when that is not the newest.
checkpoint load_and_say(const std::string& file_or_folder);

}  // namespace commands
}  // namespace mixcon_train
