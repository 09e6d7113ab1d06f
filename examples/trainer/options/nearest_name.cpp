// SPDX-License-Identifier: BSD-3-Clause
#include "options/nearest_name.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <numeric>

namespace mixcon_train {
inline namespace options {

namespace {

std::string in_small_letters(std::string text) {
  for (char& letter : text)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return text;
}

/// Levenshtein's distance.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({exchanged, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_name(const std::string& wrong, const std::vector<std::string>& known) {
  const std::string meant = in_small_letters(wrong);
  const auto away = [&](const std::string& name) { return distance(meant, in_small_letters(name)); };
  const auto nearest = std::min_element(known.begin(), known.end(),
                                        [&](const std::string& a, const std::string& b) { return away(a) < away(b); });
  const bool is_near = nearest != known.end() && 2 * away(*nearest) <= nearest->size();
  return is_near ? *nearest : std::string();
}

void require_one_of(const char* option, const std::string& value, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
  const std::string meant = nearest_name(value, known);
  MIXCON_REQUIRE(false, option, ": there is no ", value.empty() ? "nameless one" : value, "; expected one of ", list,
                 meant.empty() ? "." : ". Did you mean " + meant + "?");
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t k = 0; k < names.size(); ++k)
    text += (k == 0 ? "" : k + 1 == names.size() ? " and " : ", ") + names[k];
  return text;
}

}  // namespace options
}  // namespace mixcon_train
