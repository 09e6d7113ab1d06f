// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_set.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace commands {

/// The data sets that have a name of their own: all but `auto`.
std::vector<std::string> named_data_sets();

/// What --data and --data-dir ask for, as `read_data`. Where `auto` finds no Fashion-MNIST, says to `to` that the
/// digits stand in. Refuses another name with the nearest (std::invalid_argument); throws file_error.
train_and_test read_data_and_say(const std::string& name, const std::string& folder, std::FILE* to);

}  // namespace commands
}  // namespace mixcon_train
