// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

/// Refuses a folder that is not there, or lacks one of the files of a data set, with the list of all that were looked
/// for; each may stand there plain or, where `packed` allows it, with .gz. `advice` ends the sentence. Throws
/// file_error.
void require_files_in(const std::string& folder, const std::vector<std::string>& files, bool packed,
                      const std::string& advice);

}  // namespace data
}  // namespace mixcon_train
