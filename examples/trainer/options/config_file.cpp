// SPDX-License-Identifier: BSD-3-Clause
#include "options/config_file.hpp"

#include "files/file_error.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

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

}  // namespace

std::vector<given_value> read_config(const std::string& path) {
  toml::table read;
  try {
    read = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    const std::string why = in_one_line(std::string(error.description()));
    if (error.source().begin.line == 0) refuse_file(path, ": cannot be read (", why, "). Is the path right?");
    refuse_file(path, ", line ", error.source().begin.line, ": this is no TOML (", why,
                "); expected lines such as batch = 128.");
  }
  std::vector<std::pair<std::size_t, given_value>> found;
  for (const auto& [key, node] : read) {
    const std::size_t line = node.source().begin.line;
    const std::string name(key.str()), where = path + ", line " + std::to_string(line) + ": " + name;
    if (node.is_table() || node.is_array() || node.is_date() || node.is_time() || node.is_date_time())
      refuse_file(where, " is no number, text or switch; expected a line such as batch = 128.");
    found.push_back({line, {name, text_of(node), where}});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<given_value> values;
  for (auto& [line, value] : found) values.push_back(std::move(value));
  return values;
}

std::string config_of(const option_list& options) {
  std::string text, section;
  for (const option& each : options.all()) {
    const std::string value = text_of(each);
    if (each.is_text() && value.empty()) continue;
    if (each.section != section) text += (text.empty() ? "# " : "\n# ") + (section = each.section) + "\n";
    text += each.name + " = " + (each.is_text() ? quoted(value) : value) + "  # " + each.help + "\n";
  }
  return text;
}

}  // namespace options
}  // namespace mixcon_train
