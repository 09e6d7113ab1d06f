// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What all ranks must say alike of a call, as text, and the sentence where one differs.

#include <mixcon/core/reflection.hpp>
#include <mixcon/engine/call/row_state.hpp>
#include <mixcon/ranks/together.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Lines of `name = value`, in one order on every rank.
class call_description {
 public:
  void say(std::string_view name, const std::string& value) {
    text_.append(name).append(" = ").append(value).append("\n");
  }
  void say(std::string_view name, index_t value) { say(name, std::to_string(value)); }
  void say(std::string_view name, double value) {
    const std::string few = written(value);
    double read = 0;
    say(name, read_number(few, read) && read == value ? few : written(value, 17));
  }

  /// What is said of a type of ours: its name, and the fields that are numbers, flags, enumerations or such types
  /// again. Views, lists and the number of `samples` are each rank's own. Of the caller's own types, the name alone.
  template <class T>
  void say_of(std::string_view what, const T& thing) {
    say(what, std::string(name_of<T>()));
    if constexpr (is_ours<T>() && Reflected<T>)
      for_each_field(thing, [&](const auto& field) { say_field(field.name, field.value); });
  }
  const std::string& text() const { return text_; }

 private:
  template <class T>
  static constexpr bool is_ours() {
    constexpr std::string_view spelled = parameter_in(spelled_type<T>(), spelled_type<double>(), "double");
    return spelled.substr(0, 8) == "mixcon::";
  }
  template <class V>
  void say_field(std::string_view name, const V& value) {
    if (name == "samples") return;
    if constexpr (std::is_floating_point_v<V>)
      say(name, static_cast<double>(value));
    else if constexpr (std::is_enum_v<V>)
      say(name, std::string(enumerator_name(value)));
    else if constexpr (std::is_integral_v<V>)
      say(name, static_cast<index_t>(value));
    else if constexpr (std::is_class_v<V>)
      if constexpr (is_ours<V>() && Reflected<V>) say_of(name, value);
  }
  std::string text_;
};

/// A line of a description; empty behind the last.
inline std::string_view line_at(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return {};
  const std::size_t end = text.find('\n', at);
  const std::string_view line = text.substr(at, end - at);
  at = end + 1;
  return line;
}
/// Refuses on every rank where one describes the call otherwise than most do, or, where no two agree, than rank 0.
template <class Board>
void require_agreement(const char* function, const Board& board, const std::string& mine) {
  std::uint64_t digest = 14695981039346656037u;  // FNV-1a: texts travel only where these differ
  for (const char c : mine) digest = (digest ^ static_cast<unsigned char>(c)) * 1099511628211u;
  bool are_alike = true;
  for (const std::uint64_t theirs : board.each_of(digest)) are_alike = are_alike && theirs == digest;
  if (are_alike) return;
  const auto all = board.all_of(mine.data(), mine.size());
  const auto text = [&](index_t rank) {
    return std::string_view(all.of(rank), static_cast<std::size_t>(all.count(rank)));
  };
  index_t usual = 0, most = 0;
  for (index_t r = 0; r < board.size(); ++r) {
    index_t alike = 0;
    for (index_t s = 0; s < board.size(); ++s) alike += text(s) == text(r) ? 1 : 0;
    if (alike > most) usual = r, most = alike;
  }
  for (index_t r = 0; r < board.size(); ++r) {
    if (text(r) == text(usual)) continue;
    std::size_t at = 0, also = 0;
    std::string_view line, other;
    do {
      line = line_at(text(r), at), other = line_at(text(usual), also);
    } while (line == other);
    refuse_as_agreed(sentence(function, ": rank ", r, " of ", board.size(), " says ",
                              line.empty() ? "nothing more" : std::string(line), ", rank ", usual, " says ",
                              other.empty() ? "nothing more" : std::string(other),
                              "; expected the same call on every rank"));
  }
}

/// How the states of a row lie in memory: statistics by name, with their bytes.
template <class State>
std::string layout_of_states() {
  std::string layout;
  for (const state_part& part : state_bytes<State>::parts)
    layout += sentence(part.name, " of ", static_cast<index_t>(part.bytes), " bytes, ");
  return layout += sentence(static_cast<index_t>(sizeof(State)), " in all");
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
