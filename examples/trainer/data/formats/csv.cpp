// SPDX-License-Identifier: BSD-3-Clause
#include "data/formats/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

constexpr std::size_t most_columns = 65536, most_labels = 10000;

struct field {
  std::string text{};
  std::size_t at = 0;  ///< its first byte
};

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char letter) { return letter == ' ' || letter == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<float> number_of(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto rounded = static_cast<float>(number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(rounded)) return std::nullopt;
  return rounded;
}

class reader {
 public:
  reader(const named_bytes& file, const csv_layout& layout)
      : file_(file), layout_(layout), text_(reinterpret_cast<const char*>(file.bytes.data()), file.size()) {}

  index_t columns() {
    if (text_.starts_with("\xEF\xBB\xBF")) offset_ = 3;  // a mark that spreadsheets write before UTF-8
    if (!next_line()) refuse(offset_, "the file has no lines; expected rows of numbers and a label");
    return static_cast<index_t>(count_);
  }
  csv_table read() {
    columns();
    begin();
    while (next_line()) take_row();
    if (table_.rows == 0) refuse(offset_, "the file has a header and no rows");
    return std::move(table_);
  }

 private:
  [[noreturn]] void refuse(std::size_t at, const std::string& reason) const {
    const std::string place = file_.path + ", line " + std::to_string(std::max<index_t>(line_, 1));
    named_bytes{file_.bytes, place, file_.advice}.refuse_at(at, reason);
  }

  /// Reads the fields of the next line that is not empty. False at the end of the file.
  bool next_line() {
    while (offset_ < text_.size()) {
      ++line_;
      begin_ = offset_;
      const std::size_t end = std::min(text_.find('\n', offset_), text_.size());
      std::string_view line = text_.substr(offset_, end - offset_);
      offset_ = end == text_.size() ? end : end + 1;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (trimmed(line).empty()) continue;
      split(line);
      return true;
    }
    return false;
  }
  void split(std::string_view line) {
    count_ = 0;
    for (std::size_t at = 0;; ++at) {
      if (count_ == most_columns) refuse(begin_ + at, "the line has more than 65536 fields");
      if (count_ == fields_.size()) fields_.emplace_back();
      field& made = fields_[count_++];
      made.at = begin_ + at;
      if (at < line.size() && line[at] == '"') {
        at = read_quoted(line, at, made.text);
      } else {
        const std::size_t end = std::min(line.find(layout_.separator, at), line.size());
        made.text = trimmed(line.substr(at, end - at));
        at = end;
      }
      if (at == line.size()) return;
      if (line[at] != layout_.separator) refuse(begin_ + at, "expected a separator after the closing quotation mark");
    }
  }
  /// Returns where the field ends.
  std::size_t read_quoted(std::string_view line, std::size_t at, std::string& into) {
    into.clear();
    const std::size_t from = at;
    for (++at; at < line.size(); ++at) {
      if (line[at] != '"')
        into += line[at];
      else if (at + 1 < line.size() && line[at + 1] == '"')
        into += line[++at];
      else
        return at + 1;
    }
    refuse(begin_ + from, "the quotation mark is not closed on its line");
  }

  bool is_number(const std::string& text) const { return number_of(text).has_value(); }

  /// The first line: which column is the label, and whether it is a header.
  void begin() {
    columns_ = count_;
    if (layout_.labelled && columns_ < 2)
      refuse(begin_, "the line has one field; expected numbers and a label. Is the separator another?");
    bool has_header = layout_.header == "yes";
    const auto named = std::find_if(fields_.begin(), fields_.begin() + static_cast<std::ptrdiff_t>(columns_),
                                    [&](const field& each) { return each.text == layout_.label; });
    const auto name_at = static_cast<std::size_t>(named - fields_.begin());
    label_ = layout_.labelled ? columns_ - 1 : columns_;
    if (layout_.labelled && !layout_.label.empty()) {
      std::size_t from_one = 0;
      const char* const end = layout_.label.data() + layout_.label.size();
      const bool is_place = std::from_chars(layout_.label.data(), end, from_one).ptr == end;
      const bool is_name = name_at < columns_ && layout_.header != "no" && (has_header || !is_place);
      if (!is_name && (!is_place || from_one < 1 || from_one > columns_))
        refuse(begin_, "there is no column " + shown(layout_.label) +
                           " for the label; expected a name of the header, or a number from 1 to " +
                           std::to_string(columns_));
      label_ = is_name ? name_at : from_one - 1;
      has_header = has_header || is_name;
    }
    if (layout_.header == "auto")
      for (std::size_t k = 0; k < columns_; ++k)
        has_header = has_header || (k != label_ && !fields_[k].text.empty() && !is_number(fields_[k].text) &&
                                    looks_like_name(fields_[k].text));
    if (!has_header) return take_row();
    for (std::size_t k = 0; k < columns_; ++k) {
      if (!is_plain_text(fields_[k].text)) refuse(fields_[k].at, "the column's name is no plain UTF-8");
      names_.push_back(fields_[k].text);
      if (k != label_) table_.feature_names.push_back(fields_[k].text);
    }
  }
  /// A missing number in the first row makes it no header.
  static bool looks_like_name(std::string text) {
    for (char& letter : text) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return text != "nan" && text != "na" && text != "?" && text != "null" && text != "inf" && text != "-inf";
  }

  void take_row() {
    if (count_ != columns_)
      refuse(begin_, "the line has " + std::to_string(count_) + " fields; expected " + std::to_string(columns_) +
                         " as on the first");
    for (std::size_t k = 0; k < columns_; ++k) {
      if (k == label_) continue;
      const std::optional<float> number = number_of(fields_[k].text);
      if (!number)
        refuse(fields_[k].at, column_name(k) + " is \"" + shown(fields_[k].text) +
                                  "\"; expected a finite number, of at most 3.4e38. Fill or drop missing values");
      table_.values.push_back(*number);
    }
    if (layout_.labelled) table_.labels.push_back(label_of(fields_[label_]));
    ++table_.rows;
  }
  int label_of(const field& from) {
    if (from.text.empty()) refuse(from.at, "the label is missing, in " + column_name(label_));
    const auto [known, is_new] = labels_.try_emplace(from.text, static_cast<int>(labels_.size()));
    if (is_new) {
      if (!is_plain_text(from.text)) refuse(from.at, "the label \"" + shown(from.text) + "\" is no plain UTF-8");
      if (labels_.size() > most_labels)
        refuse(from.at,
               "there are more than 10000 labels, in " + column_name(label_) + ". Is the label's column another?");
      table_.label_names.push_back(from.text);
    }
    return known->second;
  }
  std::string column_name(std::size_t k) const {
    return "column " + std::to_string(k + 1) + (k < names_.size() ? " (" + shown(names_[k]) + ")" : "");
  }

  const named_bytes& file_;
  const csv_layout& layout_;
  std::string_view text_;
  std::size_t offset_ = 0, begin_ = 0;  // what is read next; where the line begins
  index_t line_ = 0;
  std::vector<field> fields_{};  // `count_` of them are the line's
  std::size_t count_ = 0, columns_ = 0, label_ = 0;
  std::vector<std::string> names_{};
  std::map<std::string, int> labels_{};
  csv_table table_{};
};

}  // namespace

csv_table decode_csv(const named_bytes& file, const csv_layout& layout) { return reader(file, layout).read(); }
index_t columns_of_csv(const named_bytes& file, const csv_layout& layout) { return reader(file, layout).columns(); }

}  // namespace data
}  // namespace mixcon_train
