// SPDX-License-Identifier: BSD-3-Clause
#include "commands/named_data.hpp"

#include "data/sets/readers.hpp"
#include "options/nearest_name.hpp"

namespace mixcon_train {
inline namespace commands {

std::vector<std::string> named_data_sets() {
  std::vector<std::string> names = data_names();
  names.pop_back();  // auto
  return names;
}

data_options other_data(const data_options& own, const std::string& name, const std::string& folder) {
  data_options asked = name == own.name ? own : data_options{.name = name};
  asked.folder = folder;
  split_options& split = asked.readers.split;
  split = {.seed = split.seed, .test_share = split.test_share};  // the rest says what the run learned from
  return asked;
}

train_and_test read_data_and_say(const std::string& name, const std::string& folder, std::FILE* to) {
  require_one_of("--data", name, data_names());
  train_and_test data = read_data(name, folder);
  if (name == "auto" && data.train.name.starts_with("digits"))
    std::fprintf(to, "Fashion-MNIST is not installed (package dataset-fashion-mnist); taking the shipped digits\n");
  return data;
}

}  // namespace commands
}  // namespace mixcon_train
