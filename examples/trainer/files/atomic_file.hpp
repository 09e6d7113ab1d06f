// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace mixcon_train {
inline namespace files {

/// Writes a file as a whole or not at all, whatever happens meanwhile: into a temporary file beside it, which is synced
/// and renamed, and the folder is synced. What stood there before becomes `keep_as`, unless that is empty. Throws
/// file_error when the disk is full or the folder cannot be written; the old file then stands as it stood.
void write_atomically(const std::string& path, std::string_view bytes, const std::string& keep_as = {});

/// The whole of a file of at most `largest` bytes. Throws file_error.
std::string read_whole_file(const std::string& path, std::size_t largest = std::size_t{8} << 30);

/// Makes a folder and those above it. Throws file_error when that cannot be.
void make_folder(const std::string& path);

}  // namespace files
}  // namespace mixcon_train
