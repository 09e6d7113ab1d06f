// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Arrays of Python as arrays of the library, without a copy: by DLPack or the buffer protocol, with any strides.

#include "call.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <optional>
#include <string>

namespace mixcon_python {

namespace nb = nanobind;

/// An array of Python that a call reads or writes, kept alive.
struct held_array {
  nb::ndarray<nb::ro> kept{};
  any_array array{};
};

/// How an array is called in a sentence: "nt_xent: z".
using array_name = std::string;

/// Numbers of rank `least` to `most`, float32, float64, bfloat16 or float16, in the host's memory. A wrong type is
/// TypeError, a wrong rank or place ValueError.
held_array rows_given(const array_name& name, nb::handle given, int least, int most);
/// An array to write to: the gradient of `like`.
held_array gradient_given(const array_name& name, nb::handle given, const any_array& like);
/// Integers (N) of any type.
integer_view integers_given(const array_name& name, nb::handle given, std::vector<nb::object>& kept);
/// Numbers (N) as float64: without a copy where they are.
vector_view<const double> numbers_given(const array_name& name, nb::handle given, std::vector<nb::object>& kept);
/// Numbers (N, M) as float64: without a copy where they are.
matrix_view<const double> table_given(const array_name& name, nb::handle given, std::vector<nb::object>& kept);
/// One number; booleans and text are none.
double number_given(const array_name& name, nb::handle given);

}  // namespace mixcon_python
