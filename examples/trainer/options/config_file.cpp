// SPDX-License-Identifier: BSD-3-Clause
#include "options/config_file.hpp"

#include "files/file_error.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <sstream>
#include <system_error>
#include <variant>

namespace mixcon_train {
inline namespace options {

namespace {

std::string in_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// The value as it would stand on a command line; empty where it is none that an option can have.
std::string text_of(const toml::node& node) {
  std::ostringstream text;
  if (const auto* const value = node.as_string()) text << value->get();
  if (const auto* const value = node.as_integer()) text << value->get();
  if (const auto* const value = node.as_floating_point()) {
    double number = value->get();
    text << options::text_of(option{.value = &number});
  }
  if (const auto* const value = node.as_boolean()) text << (value->get() ? "true" : "false");
  return text.str();
}

std::string quoted(const std::string& text) {
  std::ostringstream written;
  written << toml::value<std::string>(text);
  return written.str();
}

/// Whether a value stands in TOML as it is: no text, and no number beyond its 64 bits with a sign.
bool is_bare(const option& of) {
  if (const auto* const number = std::get_if<std::uint64_t*>(&of.value))
    return **number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return !of.is_text();
}

toml::table parsed(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))  // which reads as a file without lines
    refuse_file(path, ": this is a folder; expected a TOML file. Is the path right?");
  try {
    return toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    const std::string why = in_one_line(std::string(error.description()));
    if (error.source().begin.line == 0) refuse_file(path, ": cannot be read (", why, "). Is the path right?");
    refuse_file(path, ", line ", error.source().begin.line, ": this is no TOML (", why,
                "); expected lines such as batch = 128.");
  }
}

std::string line_of(const std::string& path, const toml::node& node) {
  return path + ", line " + std::to_string(node.source().begin.line) + ": ";
}

/// "[0, 1, 2]"; empty where it is no list of whole numbers.
std::string numbers_of(const toml::node& node) {
  const toml::array* const list = node.as_array();
  if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::integer)) return "";
  std::string text;
  for (const toml::node& each : *list) text += (text.empty() ? "[" : ", ") + text_of(each);
  return text + "]";
}

/// The values of a table by their lines, but for the key `other`. The one called `list` may be a list of numbers.
std::vector<given_value> values_of(const toml::table& table, const std::string& path, const std::string& other = {},
                                   const std::string& list = {}) {
  std::vector<std::pair<std::size_t, given_value>> found;
  for (const auto& [key, node] : table) {
    const std::string name(key.str()), where = line_of(path, node) + name;
    if (name == other) continue;
    std::string text = name == list ? numbers_of(node) : "";
    if (text.empty()) {
      if (node.is_table() || node.is_array() || node.is_date() || node.is_time() || node.is_date_time())
        refuse_file(where, " is no number, text or switch; expected a line such as ",
                    name == list ? name + " = [0, 1, 2]." : "batch = 128.");
      text = text_of(node);
    }
    found.push_back({node.source().begin.line, {name, text, where}});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<given_value> values;
  for (auto& [line, value] : found) values.push_back(std::move(value));
  return values;
}

}  // namespace

std::vector<given_value> read_config(const std::string& path) { return values_of(parsed(path), path); }

config_tables read_config_tables(const std::string& path, const std::string& table, const std::string& list) {
  const toml::table read = parsed(path);
  config_tables found{values_of(read, path, table, list)};
  const toml::node* const tables = read.get(table);
  if (tables == nullptr) return found;
  if (!tables->is_array_of_tables())
    refuse_file(line_of(path, *tables), table, " is no list of tables; expected a line [[", table,
                "]] in front of each.");
  for (const toml::node& each : *tables->as_array())
    found.tables.push_back({line_of(path, each), values_of(*each.as_table(), path)});
  return found;
}

std::string config_of(const option_list& options) {
  std::string text, section;
  for (const option& each : options.all()) {
    const std::string value = text_of(each);
    if ((each.is_text() && value.empty()) || !each.idle.empty()) continue;
    if (each.section != section) text += (text.empty() ? "# " : "\n# ") + (section = each.section) + "\n";
    text += each.name + " = " + (is_bare(each) ? value : quoted(value)) + "  # " + each.help + "\n";
  }
  return text;
}

}  // namespace options
}  // namespace mixcon_train
