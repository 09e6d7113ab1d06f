// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace mixcon_train {
inline namespace files {

/// A path as one word of a command line that can be pasted into a shell: in quotation marks where it needs them.
std::string shell_word(const std::string& path);

}  // namespace files
}  // namespace mixcon_train
