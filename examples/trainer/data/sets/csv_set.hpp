// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/csv.hpp"
#include "data/splits.hpp"
#include "options/option_list.hpp"

#include <string>

namespace mixcon_train {
inline namespace data {

/// How CSV files are read.
struct table_options {
  std::string label{}, header = "auto", separator = "comma";

  void declare(option_list& to) {
    to.add("csv-label", label, "the label's column: its name in the header, or its number from 1; otherwise the last");
    to.add("csv-header", header, {"auto", "yes", "no"}, "whether the first line names the columns");
    to.add("csv-separator", separator, {"comma", "semicolon", "tab"}, "what stands between fields");
  }
  csv_layout layout() const;
};

/// Rows of a CSV file, which is split by class; or of a folder with train.csv and test.csv. Classes are the labels of
/// the training rows, in the order of their numbers where all are whole numbers, else of the alphabet. Throws
/// file_error.
train_and_test read_csv_set(const std::string& path, const table_options& table, const split_options& split);

}  // namespace data
}  // namespace mixcon_train
