// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/sets/readers.hpp"
#include "options/option_list.hpp"

#include <string>

namespace mixcon_train {
inline namespace data {

/// Which data set, and where it lies.
struct data_options {
  std::string name = "auto", folder{};
  void declare(option_list& to) {
    to.add("data", name, data_names(), "data set");
    to.add("data-dir", folder, "folder of its files; auto: of Fashion-MNIST (empty: the usual one)");
  }
};

}  // namespace data
}  // namespace mixcon_train
