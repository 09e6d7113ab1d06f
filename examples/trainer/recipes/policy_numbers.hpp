// SPDX-License-Identifier: BSD-3-Clause
// The numbers of a policy by name, which the compiler tells: what `inspect` can set.
#pragma once

#include "recipes/policies.hpp"

#include <mixcon/core/reflection.hpp>
#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// Calls f(name, number, meaning) for every number of a policy and of its parts: `most_holes` is called "most-holes",
/// `cut_area.low` "cut-area-low". Not for those that `policy_options` has already.
template <class T, class F>
void for_each_number(T& of, const std::string& path, const F& f) {
  mixcon::for_each_field(of, [&](auto field) {
    using value = std::remove_cvref_t<decltype(field.value)>;
    std::string name = path + std::string(field.name);
    std::replace(name.begin(), name.end(), '_', '-');
    if constexpr (std::is_arithmetic_v<value>) {
      if (name != "lambda-alpha" && name != "partner-share") f(name, field.value, field.meaning);
    } else if constexpr (mixcon::Reflected<value>) {
      for_each_number(field.value, name + "-", f);
    }
  });
}

template <class Policy>
std::vector<policy_number> numbers_of() {
  std::vector<policy_number> found;
  Policy policy{};
  for_each_number(policy, "", [&](const std::string& name, const auto& number, std::string_view meaning) {
    found.push_back({name, static_cast<double>(number), std::string(meaning)});
  });
  return found;
}

/// Sets the numbers that were given. Refuses a fraction for a whole number (std::invalid_argument).
template <class Policy>
void set_numbers(Policy& policy, const policy_options& options) {
  if (options.numbers.empty()) return;
  for_each_number(policy, "", [&](const std::string& name, auto& number, std::string_view /*meaning*/) {
    const auto given = options.numbers.find(name);
    if (given == options.numbers.end()) return;
    using value = std::remove_cvref_t<decltype(number)>;
    if constexpr (!std::is_floating_point_v<value>)
      MIXCON_REQUIRE(std::floor(given->second) == given->second && std::fabs(given->second) < 1e9, "--", name, ": ",
                     given->second, "; expected a whole number.");
    number = static_cast<value>(given->second);
  });
}

}  // namespace recipes
}  // namespace mixcon_train
