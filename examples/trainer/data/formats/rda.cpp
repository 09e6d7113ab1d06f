// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/rda.hpp"

#include "data/formats/r_value.hpp"
#include "data/formats/xz.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr std::size_t most_unpacked = std::size_t{64} << 20;

[[noreturn]] void refuse_entry(const named_bytes& file, const r_value& value, const std::string& column,
                               std::size_t row, const char* reason) {
  file.refuse_at(value.begin, "row " + std::to_string(row + 1) + " of column " + column + " " + reason);
}

frame_column column_of(const named_bytes& file, const std::string& name, r_value& value) {
  frame_column column{.name = name};
  if (value.is_a("factor")) {
    const r_value* levels = value.attribute("levels");
    if (value.type != r_type::integers || levels == nullptr || levels->texts.empty())
      file.refuse_at(value.begin, "column " + name + " is a factor without levels");
    column.levels = levels->texts;
    const int count = static_cast<int>(column.levels.size());
    for (std::size_t k = 0; k < value.integers.size(); ++k) {
      const int code = value.integers[k];
      if (code < 1 || code > count) refuse_entry(file, value, name, k, "has no level: missing values are not read");
      column.codes.push_back(code - 1);
    }
    return column;
  }
  if (value.type == r_type::reals) {
    column.numbers = std::move(value.reals);
    for (std::size_t k = 0; k < column.numbers.size(); ++k)
      if (!std::isfinite(column.numbers[k]))
        refuse_entry(file, value, name, k, "is no finite number: missing values are not read");
    return column;
  }
  if (value.type != r_type::integers)
    file.refuse_at(value.begin, "column " + name + " holds neither numbers nor a factor");
  for (std::size_t k = 0; k < value.integers.size(); ++k) {
    if (value.integers[k] == -2147483647 - 1) refuse_entry(file, value, name, k, "is missing (NA)");
    column.numbers.push_back(value.integers[k]);
  }
  return column;
}

}  // namespace

const frame_column* data_frame::find(const std::string& column) const {
  for (const frame_column& each : columns)
    if (each.name == column) return &each;
  return nullptr;
}

data_frame decode_unpacked_rda(const named_bytes& file) {
  r_value whole = read_r_value(file);
  if (whole.type != r_type::pairs || whole.items.size() != 1)
    file.refuse_at(whole.begin,
                   "the file holds " + std::to_string(whole.items.size()) + " objects; expected one data frame");
  r_value& table = whole.items[0];
  const r_value* names = table.attribute("names");
  if (table.type != r_type::list || !table.is_a("data.frame") || names == nullptr ||
      names->texts.size() != table.items.size() || table.items.empty())
    file.refuse_at(table.begin, "the object " + whole.texts[0] + " is no data frame with names for its columns");
  data_frame frame{.name = whole.texts[0]};
  for (std::size_t k = 0; k < table.items.size(); ++k) {
    frame_column column = column_of(file, names->texts[k], table.items[k]);
    const auto rows = static_cast<index_t>(column.is_factor() ? column.codes.size() : column.numbers.size());
    if (k == 0) frame.rows = rows;
    if (rows != frame.rows || rows == 0)
      file.refuse_at(table.items[k].begin, "column " + column.name + " has " + std::to_string(rows) +
                                               " rows; expected as many as the first, " + std::to_string(frame.rows));
    frame.columns.push_back(std::move(column));
  }
  return frame;
}

data_frame decode_rda(const named_bytes& file) {
  const std::vector<std::uint8_t> bytes = unpacked_xz(file, most_unpacked);
  return decode_unpacked_rda({bytes, file.path + " (unpacked)", file.advice});
}

}  // namespace data
}  // namespace mixcon_train
