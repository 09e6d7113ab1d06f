// SPDX-License-Identifier: BSD-3-Clause
#include "commands/run_on_data.hpp"

#include "commands/loaded_checkpoint.hpp"
#include "commands/named_data.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"

namespace mixcon_train {
inline namespace commands {

run_on_data load_run_on(const std::string& file_or_folder, const std::string& name, const std::string& folder) {
  const bool other = !name.empty();
  if (other) require_one_of("--data", name, named_data_sets());
  run_on_data made{.from = load_and_say(file_or_folder)};
  data_options asked = other ? data_options{.name = name} : made.from.chosen.data;
  if (other || !folder.empty()) asked.folder = folder;
  made.data = read_data(asked);
  if (!other && content_hash(made.data.train) != made.from.data_hash)
    refuse_file(file_or_folder, ": it was trained on other ", to_string(made.data.train.kind), "s than ",
                made.data.train.name, ". Name the data set to judge it by with --data.");
  made.loaded = load_run(made.from, made.data.train, file_or_folder);
  return made;
}

}  // namespace commands
}  // namespace mixcon_train
