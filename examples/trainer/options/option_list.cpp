// SPDX-License-Identifier: BSD-3-Clause
#include "options/option_list.hpp"

#include "options/nearest_name.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

namespace mixcon_train {
inline namespace options {

namespace {

/// The shortest text that gives the same number: 0.1, 1e-06.
std::string written(double number) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return std::string(text, end);
}

template <class Number>
bool reads(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && at == end && !text.empty();
}

template <class... Parts>
void require_value(bool holds, const Parts&... parts) {
  MIXCON_REQUIRE(holds, parts...);
}

/// A run that is gone has a slash still: a finished run is evaluated without the runs that it used.
bool may_be_run(const std::string& text) {
  std::error_code error;
  return is_utf8(text) && (text.find('/') != std::string::npos || std::filesystem::is_directory(text, error));
}

struct setter {
  const option& of;
  const std::string& text;
  const std::string& where;

  void operator()(double* value) const {
    double number = 0;
    const bool fits = reads(text, number) && number >= of.range.low && number <= of.range.high;
    require_value(fits, where, ": ", shown(), "; expected a number in [", written(of.range.low), ", ",
                  written(of.range.high), "].");
    *value = number;
  }
  void operator()(index_t* value) const {
    index_t number = 0;
    const bool fits = reads(text, number) && static_cast<double>(number) >= of.range.low &&
                      static_cast<double>(number) <= of.range.high;
    require_value(fits, where, ": ", shown(), "; expected a whole number from ", whole(of.range.low), " to ",
                  whole(of.range.high), ".");
    *value = number;
  }
  void operator()(std::uint64_t* value) const {
    std::uint64_t number = 0;
    require_value(reads(text, number), where, ": ", shown(), "; expected a whole number from 0 to 2^64 - 1.");
    *value = number;
  }
  void operator()(std::string* value) const {
    if (of.choices.empty()) {
      require_value(!text.empty(), where, ": the value is empty; expected a path or name.");
      require_value(is_utf8(text), where, ": ", shown(),
                    "; expected UTF-8, or records of a run could not hold it. Give it another name.");
    } else if (!of.or_run || !may_be_run(text)) {
      require_one_of(where.c_str(), text, of.choices);
    }
    *value = text;
  }
  void operator()(bool* value) const {
    require_value(text == "true" || text == "false", where, ": ", shown(), "; expected true or false.");
    *value = text == "true";
  }

 private:
  std::string shown() const { return text.empty() ? "nothing" : text; }
  static std::string whole(double number) { return std::to_string(static_cast<long long>(number)); }
};

struct writer {
  std::string operator()(const double* value) const { return written(*value); }
  std::string operator()(const index_t* value) const { return std::to_string(*value); }
  std::string operator()(const std::uint64_t* value) const { return std::to_string(*value); }
  std::string operator()(const std::string* value) const { return *value; }
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
};

}  // namespace

bool is_utf8(const std::string& text) {
  for (std::size_t k = 0; k < text.size();) {
    const auto first = static_cast<unsigned char>(text[k++]);
    const int more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : first >> 3 == 30 ? 3 : -1;
    if (more < 0) return false;
    unsigned code = more == 0 ? first : first & (0x3FU >> more);
    for (int j = 0; j < more; ++j, ++k) {
      if (k >= text.size() || static_cast<unsigned char>(text[k]) >> 6 != 2) return false;
      code = code << 6 | (static_cast<unsigned char>(text[k]) & 0x3FU);
    }
    const unsigned least[] = {0, 0x80, 0x800, 0x10000};  // longer forms of shorter codes are none
    if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
  }
  return true;
}

std::string text_of(const option& of) {
  return std::visit([](const auto* value) { return writer{}(value); }, of.value);
}

void set_option(const option& which, const std::string& text, const std::string& where) {
  std::visit(setter{which, text, where}, which.value);
}

bool option::names_run() const {
  return or_run && std::find(choices.begin(), choices.end(), text_of(*this)) == choices.end();
}

void option_list::keep(option made) {
  made.section = section_;
  made.initial = text_of(made);
  MIXCON_REQUIRE(find(made.name) == nullptr, "option_list: --", made.name,
                 " is declared twice; give one another name.");
  all_.push_back(std::move(made));
}

void option_list::add(const char* name, double& value, option_range range, const std::string& help, const char* paper) {
  keep({.name = name, .help = help, .paper = paper, .value = &value, .range = range});
}
void option_list::add(const char* name, index_t& value, option_range range, const std::string& help,
                      const char* paper) {
  keep({.name = name, .help = help, .paper = paper, .value = &value, .range = range});
}
void option_list::add(const char* name, std::uint64_t& value, const std::string& help, const char* paper) {
  keep({.name = name, .help = help, .paper = paper, .value = &value});
}
void option_list::add(const char* name, std::string& value, const std::vector<std::string>& choices,
                      const std::string& help, const char* paper) {
  keep({.name = name, .help = help, .paper = paper, .value = &value, .choices = choices});
}
void option_list::add_choice_or_run(const char* name, std::string& value, const std::vector<std::string>& choices,
                                    const std::string& help) {
  keep({.name = name, .help = help, .value = &value, .choices = choices, .or_run = true});
}
void option_list::add(const char* name, std::string& value, const std::string& help) {
  keep({.name = name, .help = help, .value = &value});
}
void option_list::add(const char* name, bool& value, const std::string& help) {
  keep({.name = name, .help = help, .value = &value});
}

void option_list::idle(const std::string& name, const std::string& why) {
  for (option& each : all_)
    if (each.name == name) each.idle = why;
}

const option* option_list::find(const std::string& name) const {
  for (const option& each : all_)
    if (each.name == name) return &each;
  return nullptr;
}

std::vector<std::string> option_list::names() const {
  std::vector<std::string> names;
  for (const option& each : all_) names.push_back(each.name);
  return names;
}

}  // namespace options
}  // namespace mixcon_train
