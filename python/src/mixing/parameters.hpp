// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The parameters of a policy, its parts' included, from run time to its own types and back: by reflection.

#include "policies.hpp"

#include <mixcon/core/reflection.hpp>

#include <algorithm>

namespace mixcon_python {

/// Words that calls use themselves.
inline bool is_taken(const std::string& name) {
  for (const char* word : {"labels", "images", "partners", "saliency", "attention", "features", "seed", "step"})
    if (name == word) return true;
  return false;
}

template <class T>
inline constexpr bool is_parameter = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Calls visit(path, field, owner) for each number, truth and choice in a policy and its parts.
template <class Owner, class Visit>
void for_each_parameter(Owner& owner, const std::string& part, Visit&& visit) {
  for_each_field(owner, [&](auto field) {
    using type = std::remove_cvref_t<decltype(field.value)>;
    const std::string name(field.name);
    if constexpr (is_parameter<type>)
      visit(part, name, field, owner);
    else if constexpr (Reflected<type>)
      for_each_parameter(field.value, name, visit);
  });
}

/// The names of a policy's parameters, in the order in which they are visited.
template <class Mix>
std::vector<std::string> parameter_names(Mix& mix) {
  std::vector<std::pair<std::string, std::string>> paths;
  for_each_parameter(mix, "", [&](const std::string& part, const std::string& name, auto&&, auto&&) {
    paths.emplace_back(part, name);
  });
  std::vector<std::string> names;
  for (const auto& [part, name] : paths) {
    const auto same = [&](const auto& path) { return path.second == name; };
    std::string full;
    if (std::count_if(paths.begin(), paths.end(), same) > 1 && !part.empty()) full.append(part).append("_");
    full.append(name);
    if (is_taken(full)) full.append("_");  // as Python's own words are told from others
    names.push_back(full);
  }
  return names;
}

template <class Enumeration>
std::vector<std::string> choices_of() {
  std::vector<std::string> names;
  for (int k = 0; k < 8; ++k)
    if (const std::string_view name = enumerator_name(static_cast<Enumeration>(k)); !name.empty())
      names.emplace_back(name);
  return names;
}

template <class Mix>
std::vector<parameter_info> parameters_of(const Mix& mix) {
  const std::vector<std::string> names = parameter_names(mix);
  std::vector<parameter_info> found;
  for_each_parameter(mix, "", [&](const std::string&, const std::string&, const auto& field, const auto& owner) {
    using type = std::remove_cvref_t<decltype(field.value)>;
    parameter_info info;
    info.name = names[found.size()];
    info.meaning = std::string(field.meaning);
    info.follows_alpha = std::is_same_v<std::remove_cvref_t<decltype(owner)>, beta_lambda> && field.name == "beta";
    if constexpr (std::is_enum_v<type>) {
      info.kind = parameter_kind::choice;
      info.choices = choices_of<type>();
      info.usual = std::string(enumerator_name(field.value));
    } else {
      info.kind = std::is_same_v<type, bool> ? parameter_kind::truth
                  : std::is_integral_v<type> ? parameter_kind::integer
                                             : parameter_kind::real;
      info.usual = static_cast<double>(field.value);
    }
    found.push_back(info);
  });
  return found;
}

/// The value that a parameter was given, or nothing.
inline const parameter* given_as(const std::string& name, const given_parameters& given) {
  for (const auto& [known, value] : given)
    if (known == name) return &value;
  return nullptr;
}

template <class T>
void set(T& field, const parameter& value, const std::string& name) {
  if constexpr (std::is_enum_v<T>) {
    const auto* word = std::get_if<std::string>(&value);
    for (int k = 0; k < 8 && word != nullptr; ++k)
      if (enumerator_name(static_cast<T>(k)) == *word) return void(field = static_cast<T>(k));
    MIXCON_REQUIRE(false, name, " is no choice of this policy");
  } else {
    const auto* number = std::get_if<double>(&value);
    MIXCON_REQUIRE(number != nullptr, name, " is a text; expected a number");
    if constexpr (std::is_same_v<T, bool>)
      field = *number != 0;
    else
      field = static_cast<T>(*number);
  }
}

/// The policy with the parameters that were given.
template <class Mix>
Mix with_parameters(Mix mix, const given_parameters& given) {
  const std::vector<std::string> names = parameter_names(mix);
  std::size_t at = 0;
  for_each_parameter(mix, "", [&](const std::string&, const std::string&, const auto& field, auto& owner) {
    const std::string& name = names[at++];
    const parameter* const value = given_as(name, given);
    if (value != nullptr) set(field.value, *value, name);
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(owner)>, beta_lambda>)
      if (field.name == "alpha" && value != nullptr) owner.beta = owner.alpha;  // unless it is given too, next
  });
  return mix;
}

}  // namespace mixcon_python
