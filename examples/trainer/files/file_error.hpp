// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/require.hpp>

#include <stdexcept>

namespace mixcon_train {
inline namespace files {

/// A file that cannot be read or written as asked. Its text is one sentence: the file, the offset where there is one,
/// what was expected, and what to do. Programs print it and end with status 2.
struct file_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws a file_error whose text is the arguments written one after another.
template <class... Parts>
[[noreturn]] void refuse_file(const Parts&... parts) {
  throw file_error(mixcon::detail::sentence(parts...));
}

}  // namespace files
}  // namespace mixcon_train
