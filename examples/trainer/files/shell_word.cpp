// SPDX-License-Identifier: BSD-3-Clause
#include "files/shell_word.hpp"

namespace mixcon_train {
inline namespace files {

std::string shell_word(const std::string& path) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:=@%,";
  if (!path.empty() && path.find_first_not_of(plain) == std::string::npos) return path;
  std::string word = "'";
  for (const char letter : path)
    if (letter == '\'')
      word += "'\\''";
    else
      word += letter;
  return word + "'";
}

}  // namespace files
}  // namespace mixcon_train
