// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/data_options.hpp"
#include "data/data_set.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace mixcon_train {
inline namespace commands {

/// The data sets that have a name of their own: all but `auto`.
std::vector<std::string> named_data_sets();

/// How a run takes other samples than its own: those of the data set called `name`, read as its own were where these
/// have that name too (size of pictures, column of the label), or else by the defaults, from `folder`, or its usual
/// place. All training samples are taken, also where the run learned from a part of its own.
data_options other_data(const data_options& own, const std::string& name, const std::string& folder);

/// What --data and --data-dir ask for, as `read_data`. Where `auto` finds no Fashion-MNIST, says to `to` that the
/// digits stand in. Refuses another name with the nearest (std::invalid_argument); throws file_error.
train_and_test read_data_and_say(const std::string& name, const std::string& folder, std::FILE* to);

}  // namespace commands
}  // namespace mixcon_train
