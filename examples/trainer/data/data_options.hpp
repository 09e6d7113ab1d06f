// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/sets/readers.hpp"
#include "data/splits.hpp"
#include "options/option_list.hpp"

#include <string>

namespace mixcon_train {
inline namespace data {

/// Which data set, where it lies, how it is read, and which of its samples are learnt from.
struct data_options {
  std::string name = "auto", folder{};
  reader_options readers{};
  void declare(option_list& to) {
    to.add("data", name, data_names(), "data set");
    to.add("data-dir", folder, "folder of its files; auto: of Fashion-MNIST (empty: the usual one)");
    readers.split.declare(to);
    readers.declare_for(name, to);
  }
};

/// Reads and splits a data set as the options say. Throws file_error, or std::invalid_argument for a split that cannot
/// be made.
inline train_and_test read_data(const data_options& chosen) {
  return split(read_data(chosen.name, chosen.folder, chosen.readers), chosen.readers.split);
}

}  // namespace data
}  // namespace mixcon_train
