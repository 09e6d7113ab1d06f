// SPDX-License-Identifier: BSD-3-Clause
// What the parts of a run can be told. A part declares its options once, beside what uses them; flags, --help,
// config.toml, checkpoints and refusals are made from that.
#pragma once

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace mixcon_train {
inline namespace options {

using mixcon::index_t;

/// The numbers that an option takes, both ends included.
struct option_range {
  double low = 0, high = 1;
};

/// One option: where its value lies, and all that can be said of it. The value outlives what points to it.
struct option {
  std::string name{};     ///< "partner-share": the flag without its dashes, and the key in config.toml
  std::string help{};     ///< in a line
  std::string paper{};    ///< the value of the source paper; empty: there is none, or it says none
  std::string section{};  ///< under which --help lists it
  std::variant<double*, index_t*, std::uint64_t*, std::string*, bool*> value{};
  option_range range{};                ///< of a number
  std::vector<std::string> choices{};  ///< of a text; empty: any text
  bool or_run = false;                 ///< a run folder is one more choice: what has a slash, or is there
  std::string initial{};               ///< the value that it had when it was declared, as text
  std::string idle{};                  ///< why it has no effect beside the others: "the loss x has none"; empty: it has

  bool is_text() const { return std::holds_alternative<std::string*>(value); }
  /// Whether the value is a run folder instead of one of the choices.
  bool names_run() const;
  bool is_switch() const { return std::holds_alternative<bool*>(value); }
  std::string flag() const { return "--" + name; }
};

/// The value of an option as text, such that `set_option` brings back the same value.
std::string text_of(const option& of);

/// Sets an option. `where` starts the sentence of a refusal: "--alpha", "config.toml, line 3: alpha". Refuses text that
/// is no value of it, and names the nearest choice. Throws std::invalid_argument.
void set_option(const option& which, const std::string& text, const std::string& where);

/// Whether text is UTF-8, as JSON and TOML ask.
bool is_utf8(const std::string& text);

/// Options in the order in which they were declared.
class option_list {
 public:
  /// Those that follow stand under this title.
  void section(const std::string& title) { section_ = title; }

  void add(const char* name, double& value, option_range range, const std::string& help, const char* paper = "");
  void add(const char* name, index_t& value, option_range range, const std::string& help, const char* paper = "");
  void add(const char* name, std::uint64_t& value, const std::string& help, const char* paper = "");
  /// One of a few names.
  void add(const char* name, std::string& value, const std::vector<std::string>& choices, const std::string& help,
           const char* paper = "");
  /// One of a few names, or a run folder.
  void add_choice_or_run(const char* name, std::string& value, const std::vector<std::string>& choices,
                         const std::string& help);
  /// Any text: a path.
  void add(const char* name, std::string& value, const std::string& help);
  /// A switch, which is off or on.
  void add(const char* name, bool& value, const std::string& help);

  /// That an option, which was declared, has no effect beside the values of others, and why. It is refused then, and
  /// no file lists it.
  void idle(const std::string& name, const std::string& why);

  const std::vector<option>& all() const { return all_; }
  /// The option of that name; null where there is none.
  const option* find(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  void keep(option made);

  std::string section_{};
  std::vector<option> all_{};
};

}  // namespace options
}  // namespace mixcon_train
