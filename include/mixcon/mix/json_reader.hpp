// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Reads the JSON that plans are stored as.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>

#include <cstddef>
#include <string>
#include <string_view>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Reads the JSON that plans are stored as: objects, lists, numbers, words without escapes, true and false. Whatever
/// else comes is refused with its place.
class json_reader {
 public:
  explicit json_reader(std::string_view text) : text_(text) {}

  /// Calls read(name) for each member of an object; it reads the value, or returns false for a name it does not know.
  template <class Read>
  void members(Read&& read) {
    take('{');
    for (bool more = !taken('}'); more; more = next('}')) {
      const std::string name = (word)();
      take(':');
      const std::size_t before = at_;
      if (!read(name)) {
        at_ = before;
        refuse("a member of this kind of plan, not \"" + name + '"');
      }
    }
  }
  /// Calls read() for each entry of a list.
  template <class Read>
  void entries(Read&& read) {
    take('[');
    for (bool more = !taken(']'); more; more = next(']')) read();
  }
  double number() {
    const std::string digits = run_of("+-.0123456789eE");
    double value = 0;
    if (!read_number(digits, value)) refuse("a number");
    return value;
  }
  index_t integer() {
    const std::string digits = run_of("+-.0123456789eE");
    index_t value = 0;
    if (!read_number(digits, value)) refuse("an integer");
    return value;
  }
  bool flag() {
    const std::string letters = run_of("truefals");
    if (letters != "true" && letters != "false") refuse("true or false");
    return letters == "true";
  }
  std::string(word)() {
    take('"');
    std::string letters;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') letters += text_[at_++];
    take('"');
    return letters;
  }
  /// Passes over one value.
  void skip() {
    const char next = peek();
    if (next == '{' || next == '[')
      if (++depth_ > most_depth) refuse("values nested at most " + std::to_string(most_depth) + " deep");
    if (next == '{')
      members([this](const std::string&) { return skip(), true; });
    else if (next == '[')
      entries([this] { skip(); });
    else if (next == '"')
      (word)();
    else if (next == 't' || next == 'f')
      flag();
    else
      number();
    if (next == '{' || next == '[') --depth_;
  }
  void end() {
    if (peek() != '\0') refuse("the end of the text");
  }
  [[noreturn]] void refuse(const std::string& expected) const {
    detail::refuse("plan_from_json: at character " + std::to_string(at_) + " stands \"" +
                   std::string(text_.substr(at_ < text_.size() ? at_ : text_.size(), 12)) + "\"; expected " + expected +
                   ". Was the text written by to_json, and is it whole?");
  }

 private:
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool taken(char letter) {
    if (peek() != letter) return false;
    ++at_;
    return true;
  }
  void take(char letter) {
    if (!taken(letter)) refuse(std::string("'") + letter + '\'');
  }
  /// After one entry: whether another follows, or the list is closed.
  bool next(char closing) {
    if (taken(',')) return true;
    take(closing);
    return false;
  }
  std::string run_of(std::string_view letters) {
    peek();
    std::string run;
    while (at_ < text_.size() && letters.find(text_[at_]) != std::string_view::npos) run += text_[at_++];
    return run;
  }

  static constexpr int most_depth = 64;  // plans need 3; deeper text would fill the stack

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
