// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/csv_set.hpp"

#include "data/data_folder.hpp"
#include "files/file_error.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace data {

namespace {

const char* const advice =
    "Expected rows of numbers and one label each; see --csv-label, --csv-header and --csv-separator.";

csv_table read(const std::string& path, const table_options& options) {
  return decode_csv(whole_file(path, advice).named(), options.layout());
}

std::optional<long long> whole_number(const std::string& text) {
  long long number = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && last == end ? std::optional(number) : std::nullopt;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  const bool are_numbers =
      std::all_of(names.begin(), names.end(), [](const auto& name) { return whole_number(name).has_value(); });
  std::sort(names.begin(), names.end());
  if (are_numbers)
    std::stable_sort(names.begin(), names.end(),
                     [](const auto& a, const auto& b) { return *whole_number(a) < *whole_number(b); });
  return names;
}

data_set data_of(csv_table table, const std::string& path, const std::string& name,
                 const std::vector<std::string>& classes) {
  std::vector<int> numbers;
  for (const std::string& label : table.label_names) {
    const auto found = std::find(classes.begin(), classes.end(), label);
    if (found == classes.end())
      refuse_file(path, ": the label ", shown(label), " is none of those that train.csv has. Is it the same column?");
    numbers.push_back(static_cast<int>(found - classes.begin()));
  }
  data_set data{.name = name,
                .kind = sample_kind::row,
                .shape = {table.rows, 1, 1, table.features()},
                .values = std::move(table.values),
                .class_names = classes,
                .feature_names = std::move(table.feature_names)};
  for (const int label : table.labels) data.labels.push_back(numbers[static_cast<std::size_t>(label)]);
  return data;
}

}  // namespace

csv_layout table_options::layout() const {
  return {label, header, separator == "semicolon" ? ';' : separator == "tab" ? '\t' : ','};
}

train_and_test read_csv_set(const std::string& path, const table_options& table, const split_options& split) {
  if (path.empty())
    refuse_file("csv has no usual place. Name a file, or a folder with train.csv and test.csv (--data-dir).");
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    csv_table whole = read(path, table);
    const std::vector<std::string> classes = sorted(whole.label_names);
    return train_and_test_of(data_of(std::move(whole), path, "csv", classes), split.seed, split.test_share);
  }
  require_files_in(path, {"train.csv", "test.csv"}, false, "Name a file, or a folder that has both (--data-dir).");
  const auto file = [&](const char* name) { return (std::filesystem::path(path) / name).string(); };
  csv_table train = read(file("train.csv"), table), test = read(file("test.csv"), table);
  if (train.features() != test.features() ||
      (!train.feature_names.empty() && !test.feature_names.empty() && train.feature_names != test.feature_names))
    refuse_file(file("test.csv"), ": its ", test.features(), " columns of numbers differ from the ", train.features(),
                " of train.csv; expected the same names in the same order.");
  const std::vector<std::string> classes = sorted(train.label_names);
  return {data_of(std::move(train), file("train.csv"), "csv train", classes),
          data_of(std::move(test), file("test.csv"), "csv test", classes)};
}

}  // namespace data
}  // namespace mixcon_train
