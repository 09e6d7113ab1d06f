// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where the gradient by a parameter goes: the address of a double, or nowhere.

#include <cstddef>
#include <type_traits>

#include <mixcon/core/config.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Where the gradient by a parameter goes: the address of a double, whatever the type of the rows, as parameters are
/// double: `double by_temperature; ... {.temperature = &by_temperature}`. Default-made, or nullptr: not wanted.
class parameter_gradient {
 public:
  constexpr parameter_gradient() = default;
  constexpr parameter_gradient(double* to) : to_(to) {}  // NOLINT(google-explicit-constructor)
  constexpr parameter_gradient(std::nullptr_t) {}        // NOLINT(google-explicit-constructor)
  template <class Other>
  requires(!std::is_convertible_v<const Other&, double*>)
  constexpr parameter_gradient(const Other&) {  // NOLINT(google-explicit-constructor)
    static_assert(
        std::is_void_v<Other>,
        "mixcon: the gradient by a parameter (temperature, scale, bias) goes to a double, whatever the type of "
        "the rows; pass the address of one, as in double by_temperature; ... {.temperature = &by_temperature}");
  }

  constexpr operator double*() const { return to_; }  // NOLINT(google-explicit-constructor)

 private:
  double* to_ = nullptr;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
