// SPDX-License-Identifier: BSD-3-Clause
// Options in a file: config.toml, a line NAME = VALUE for each.
#pragma once

#include "options/option_list.hpp"

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace options {

/// A value for an option, and who gave it.
struct given_value {
  std::string name{}, text{};  ///< "batch", "128"
  std::string where{};         ///< what a refusal calls it: "--batch", "config.toml, line 3: batch"
  bool implied = false;        ///< by --quick or --preset: it is left out where a part without this option is chosen
};

/// The values of a TOML file, in the order of its lines: numbers, texts, true and false. Refuses what is no TOML, and
/// tables and lists, with the line. Throws file_error.
std::vector<given_value> read_config(const std::string& path);

/// A file with tables besides, such as [[arm]]: what stands in front of them, and each of them.
struct config_table {
  std::string where{};  ///< what a refusal begins with: "plan.toml, line 7: "
  std::vector<given_value> values{};
};
struct config_tables {
  std::vector<given_value> values{};
  std::vector<config_table> tables{};
};
/// Reads it. The value called `list` in front of the tables may be a list of whole numbers, whose text is "[0, 1, 2]".
config_tables read_config_tables(const std::string& path, const std::string& table, const std::string& list);

/// Options as the text of such a file, each behind what it is; reading it gives the same values. Empty texts, and
/// options without effect, are left out.
std::string config_of(const option_list& options);

}  // namespace options
}  // namespace mixcon_train
