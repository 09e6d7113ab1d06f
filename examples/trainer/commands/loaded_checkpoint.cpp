// SPDX-License-Identifier: BSD-3-Clause
#include "commands/loaded_checkpoint.hpp"

#include <cstdio>

namespace mixcon_train {
inline namespace commands {

checkpoint load_and_say(const std::string& file_or_folder) {
  std::string passed_over;
  checkpoint found = load_checkpoint(file_or_folder, &passed_over);
  if (!passed_over.empty())
    std::fprintf(stderr, "%s The one before it, %s/%s of step %lld of the same run, is taken instead.\n",
                 passed_over.c_str(), file_or_folder.c_str(), previous_checkpoint_name,
                 static_cast<long long>(found.step));
  return found;
}

}  // namespace commands
}  // namespace mixcon_train
