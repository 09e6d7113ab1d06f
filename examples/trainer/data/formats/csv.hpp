// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "data/formats/named_bytes.hpp"

#include <mixcon/core/config.hpp>

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace data {

using mixcon::index_t;

/// How a table of text is read.
struct csv_layout {
  std::string label{};  ///< the label's column: its name in the header, or its number from 1; empty: the last
  std::string header =
      "auto";  ///< yes, no, or auto: the first line is one if a column other than the label is no number
  char separator = ',';
  bool labelled = true;  ///< false: every column is a number, and `label` is not looked at
};

/// A table of numbers with a label in each row.
struct csv_table {
  index_t rows = 0;
  std::vector<std::string> feature_names{};  ///< (F); without a header empty
  std::vector<float> values{};               ///< (rows, F)
  std::vector<int> labels{};                 ///< (rows), which of `label_names`; of a table without labels empty
  std::vector<std::string> label_names{};    ///< each once, in the order in which they came

  index_t features() const { return rows == 0 ? 0 : static_cast<index_t>(values.size()) / rows; }
};

/// Reads lines of fields, which may stand in quotation marks ("" in them means one); empty lines are passed over.
/// Throws file_error with line, byte and column for a row with more or fewer fields than the first, a field that is no
/// finite number, an empty label or one that is no plain UTF-8, a column that is not there, more than 65536 columns or
/// 10000 labels, or no rows. Source: RFC 4180.
csv_table decode_csv(const named_bytes& file, const csv_layout& layout);

/// How many fields the first line that is not empty has. Throws file_error as `decode_csv`.
index_t columns_of_csv(const named_bytes& file, const csv_layout& layout);

}  // namespace data
}  // namespace mixcon_train
