// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The fields of a loss, from run time to its own types and back.

#include "call.hpp"

#include <mixcon/core/reflection.hpp>

namespace mixcon_python {

/// What a field holds.
enum class field_kind { number, truth, choice, numbers, integers, other };

template <class T>
constexpr field_kind kind_of_field() {
  if constexpr (std::is_same_v<T, bool>)
    return field_kind::truth;
  else if constexpr (std::is_arithmetic_v<T>)
    return field_kind::number;
  else if constexpr (std::is_enum_v<T>)
    return field_kind::choice;
  else if constexpr (std::is_same_v<T, vector_view<const double>>)
    return field_kind::numbers;
  else if constexpr (std::is_same_v<T, integer_view>)
    return field_kind::integers;
  else
    return field_kind::other;
}

template <class Loss>
Loss loss_of(const std::vector<any_field>& fields) {
  Loss loss{};
  std::size_t at = 0;
  for_each_field(loss, [&](auto field) {
    using type = std::remove_reference_t<decltype(field.value)>;
    constexpr field_kind kind = kind_of_field<type>();
    const any_field& given = fields.at(at++);
    if constexpr (kind == field_kind::truth)
      field.value = given.number != 0;
    else if constexpr (kind == field_kind::number)
      field.value = static_cast<type>(given.number);
    else if constexpr (kind == field_kind::choice)
      field.value = static_cast<type>(static_cast<int>(given.number));
    else if constexpr (kind == field_kind::numbers)
      field.value = given.numbers;
    else if constexpr (kind == field_kind::integers)
      field.value = given.integers;
  });
  return loss;
}

}  // namespace mixcon_python
