// SPDX-License-Identifier: BSD-3-Clause
#include "data/views/row_view_options.hpp"

#include "data/views/check_options.hpp"
#include "options/option_list.hpp"

namespace mixcon_train {
inline namespace data {

namespace {

constexpr double most_noise = 100;

}  // namespace

void row_view_options::declare(option_list& to) {
  to.add("input-noise", noise, {0, most_noise}, "deviation of noise on each number, in deviations of its feature");
  to.add("input-drop", input_drop, {0, 1}, "probability that a number becomes its feature's mean", "0.2");
}

std::string to_string(const row_view_options& chosen) {
  std::string text;
  if (chosen.noise > 0) text = mixcon::detail::sentence("noise ", chosen.noise);
  if (chosen.input_drop > 0)
    text += (text.empty() ? "" : ", ") + mixcon::detail::sentence("input drop ", chosen.input_drop);
  return text.empty() ? "none" : text;
}

void check_row_view_options(const row_view_options& chosen, const char* function) {
  check_within(function, "--input-noise", chosen.noise, 0.0, most_noise);
  check_within(function, "--input-drop", chosen.input_drop, 0.0, 1.0);
}

}  // namespace data
}  // namespace mixcon_train
