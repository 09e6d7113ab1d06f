// SPDX-License-Identifier: BSD-3-Clause
#include "commands/run_on_data.hpp"

#include "commands/loaded_checkpoint.hpp"
#include "files/file_error.hpp"

namespace mixcon_train {
inline namespace commands {

run_on_data load_run_on(const std::string& file_or_folder, const std::string& folder) {
  run_on_data made{.from = load_and_say(file_or_folder)};
  data_options own = made.from.chosen.data;
  if (!folder.empty()) own.folder = folder;
  made.data = read_data(own);
  require_own_samples(made.from, made.data.train, file_or_folder);
  made.loaded = load_run(made.from, made.data.train, file_or_folder);
  return made;
}

void require_own_samples(const checkpoint& from, const data_set& train, const std::string& file_or_folder) {
  if (content_hash(train) != from.data_hash)
    refuse_file(file_or_folder, ": it was trained on other samples than those of ", train.name,
                " now. Where are these? Name their folder with --data-dir.");
}

}  // namespace commands
}  // namespace mixcon_train
