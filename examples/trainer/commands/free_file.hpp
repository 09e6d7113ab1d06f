// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace mixcon_train {
inline namespace commands {

/// Refuses (file_error) a path where there is something already, which only --overwrite replaces.
void require_free(const std::string& path);

/// Refuses (file_error) a path whose folder is not there, before what is to be written has been computed.
void require_folder_of(const std::string& path);

/// "a/b.npy" to "a/b.PART.npy".
std::string beside(const std::string& npy, const std::string& part);

}  // namespace commands
}  // namespace mixcon_train
