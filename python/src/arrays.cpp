// SPDX-License-Identifier: BSD-3-Clause
#include "arrays.hpp"

namespace mixcon_python {

namespace {

std::string type_of(nb::handle given) { return nb::cast<std::string>(given.type().attr("__name__")); }

[[noreturn]] void refuse_type(const std::string& sentence) { throw nb::type_error(sentence.c_str()); }

template <class Array>
std::string shape_of(const Array& array) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < array.ndim(); ++axis) {
    if (axis > 0) text.append(", ");
    text.append(std::to_string(array.shape(axis)));
  }
  if (array.ndim() == 1) text.append(",");
  return text.append(")");
}

std::string dtype_name(const nb::dlpack::dtype& type) {
  const char* const kinds[] = {"int", "uint", "float", "opaque", "bfloat", "complex", "bool"};
  std::string name = type.code < 7 ? kinds[type.code] : "unknown";
  if (name != "bool") name.append(std::to_string(type.bits));
  return name;
}

template <class Array>
Array imported(const array_name& name, nb::handle given, const char* expected) {
  Array array;
  if (!nb::try_cast(given, array, true) || !array.is_valid()) {
    PyErr_Clear();
    std::string sentence = name;
    sentence.append(" is a ").append(type_of(given)).append("; expected ").append(expected);
    sentence.append(", with NumPy's buffers or DLPack");
    refuse_type(sentence);
  }
  if (array.device_type() != nb::device::cpu::value) {
    std::string sentence = name;
    sentence.append(" is not in the host's memory (DLPack device ").append(std::to_string(array.device_type()));
    sentence.append("); this build computes on the processor: hand in a copy there, as x.cpu()");
    throw nb::value_error(sentence.c_str());
  }
  return array;
}

std::optional<element> element_of(const nb::dlpack::dtype& type) {
  const auto code = static_cast<nb::dlpack::dtype_code>(type.code);
  if (type.lanes != 1) return {};
  if (code == nb::dlpack::dtype_code::Bfloat && type.bits == 16) return element::bfloat16;
  if (code != nb::dlpack::dtype_code::Float) return {};
  if (type.bits == 64) return element::float64;
  if (type.bits == 32) return element::float32;
  if (type.bits == 16) return element::float16;
  return {};
}

template <class Array>
any_array described(const Array& from, element of) {
  any_array array{nullptr, of, static_cast<int>(from.ndim())};
  array.data = const_cast<void*>(static_cast<const void*>(from.data()));
  for (std::size_t axis = 0; axis < from.ndim(); ++axis) {
    array.shape[axis] = static_cast<index_t>(from.shape(axis));
    array.strides[axis] = from.stride(axis);
  }
  return array;
}

/// The array as one of float64, which NumPy copies to where it is not.
nb::ndarray<const double, nb::ro, nb::device::cpu> as_float64(const array_name& name, nb::handle given,
                                                              std::size_t rank, std::vector<nb::object>& kept) {
  nb::object numbers = nb::borrow(given);
  const std::string type = nb::hasattr(given, "dtype") ? nb::repr(nb::object(given.attr("dtype"))).c_str() : "";
  if (type.find("complex") != std::string::npos)
    refuse_type(std::string(name).append(" is complex; expected real numbers"));
  if (!nb::hasattr(given, "__dlpack__") || !nb::hasattr(given, "dtype"))
    numbers = nb::module_::import_("numpy").attr("asarray")(numbers, "float64");
  nb::ndarray<const double, nb::ro, nb::device::cpu> found;
  if (!nb::try_cast(numbers, found, false)) {
    PyErr_Clear();
    try {
      numbers = nb::module_::import_("numpy").attr("asarray")(numbers, "float64");
    } catch (nb::python_error& e) {
      std::string sentence = name;
      refuse_type(sentence.append(" is a ").append(type_of(given)).append("; expected numbers"));
    }
    found = nb::cast<nb::ndarray<const double, nb::ro, nb::device::cpu>>(numbers);
  }
  if (found.ndim() != rank) {
    std::string sentence = name;
    sentence.append(" has the shape ").append(shape_of(found)).append("; expected rank ").append(std::to_string(rank));
    throw nb::value_error(sentence.c_str());
  }
  kept.push_back(nb::cast(found));
  kept.push_back(numbers);
  return found;
}

}  // namespace

held_array rows_given(const array_name& name, nb::handle given, int least, int most) {
  held_array held{imported<nb::ndarray<nb::ro>>(name, given, "an array of float32, float64, bfloat16 or float16"), {}};
  const std::optional<element> of = element_of(held.kept.dtype());
  if (!of) {
    std::string sentence = name;
    sentence.append(" is of the type ").append(dtype_name(held.kept.dtype()));
    refuse_type(sentence.append("; expected float32, float64, bfloat16 or float16"));
  }
  const int rank = static_cast<int>(held.kept.ndim());
  if (rank < least || rank > most) {
    std::string sentence = name;
    sentence.append(" has the shape ").append(shape_of(held.kept)).append("; expected ");
    throw nb::value_error(sentence
                              .append(most == 1   ? "(C,), one number a class"
                                      : most == 2 ? "(N, D), a row a sample"
                                                  : "(M, D), or (N, k, D) of each anchor's own")
                              .c_str());
  }
  held.array = described(held.kept, *of);
  return held;
}

held_array gradient_given(const array_name& name, nb::handle given, const any_array& like) {
  auto array = imported<nb::ndarray<>>(name, given, "an array that can be written to");
  const std::optional<element> of = element_of(array.dtype());
  const element wanted = like.of == element::float64 ? element::float64 : element::float32;
  if (of != wanted) {
    std::string sentence = name;
    sentence.append(" is of the type ").append(dtype_name(array.dtype()));
    refuse_type(sentence.append(wanted == element::float64 ? "; expected float64" : "; expected float32"));
  }
  held_array held{nb::ndarray<nb::ro>(array), described(array, *of)};
  if (held.array.rank != like.rank || held.array.shape != like.shape) {
    std::string sentence = name;
    sentence.append(" has the shape ").append(shape_of(array)).append("; expected that of its rows");
    throw nb::value_error(sentence.c_str());
  }
  return held;
}

integer_view integers_given(const array_name& name, nb::handle given, std::vector<nb::object>& kept) {
  nb::object numbers = nb::borrow(given);
  if (nb::isinstance<nb::list>(given) || nb::isinstance<nb::tuple>(given))
    numbers = nb::module_::import_("numpy").attr("asarray")(numbers);
  const auto array = imported<nb::ndarray<nb::ro>>(name, numbers, "integers (N,)");
  const nb::dlpack::dtype type = array.dtype();
  const auto code = static_cast<nb::dlpack::dtype_code>(type.code);
  const bool is_signed = code == nb::dlpack::dtype_code::Int, is_unsigned = code == nb::dlpack::dtype_code::UInt;
  if (type.lanes != 1 || (!is_signed && !is_unsigned)) {
    std::string sentence = name;
    refuse_type(sentence.append(" are of the type ").append(dtype_name(type)).append("; expected integers"));
  }
  if (array.ndim() != 1) {
    std::string sentence = name;
    sentence.append(" have the shape ").append(shape_of(array)).append("; expected (N,)");
    throw nb::value_error(sentence.c_str());
  }
  kept.push_back(nb::cast(array));
  kept.push_back(numbers);
  const auto view = [&]<class I>(I) {
    return integer_view(vector_view<const I>{static_cast<const I*>(array.data()),
                                             {static_cast<index_t>(array.shape(0))},
                                             {static_cast<index_t>(array.stride(0))}});
  };
  if (array.shape(0) == 0) return {};
  switch (type.bits) {
    case 8:
      return is_signed ? view(std::int8_t{}) : view(std::uint8_t{});
    case 16:
      return is_signed ? view(std::int16_t{}) : view(std::uint16_t{});
    case 32:
      return is_signed ? view(std::int32_t{}) : view(std::uint32_t{});
    default:
      return is_signed ? view(std::int64_t{}) : view(std::uint64_t{});
  }
}

vector_view<const double> numbers_given(const array_name& name, nb::handle given, std::vector<nb::object>& kept) {
  nb::object numbers = nb::borrow(given);
  if (PyFloat_Check(given.ptr()) || PyLong_Check(given.ptr())) {
    nb::list one;
    one.append(numbers);
    numbers = one;
  }
  const auto found = as_float64(name, numbers, 1, kept);
  return {found.data(), {static_cast<index_t>(found.shape(0))}, {static_cast<index_t>(found.stride(0))}};
}
matrix_view<const double> table_given(const array_name& name, nb::handle given, std::vector<nb::object>& kept) {
  const auto found = as_float64(name, given, 2, kept);
  return {found.data(),
          {static_cast<index_t>(found.shape(0)), static_cast<index_t>(found.shape(1))},
          {static_cast<index_t>(found.stride(0)), static_cast<index_t>(found.stride(1))}};
}

double number_given(const array_name& name, nb::handle given) {
  if (!PyBool_Check(given.ptr()) && !PyUnicode_Check(given.ptr())) {
    const double number = PyFloat_AsDouble(given.ptr());
    if (!(number == -1.0 && PyErr_Occurred() != nullptr)) return number;
    PyErr_Clear();
  }
  std::string sentence = name;
  sentence.append(" is ").append(nb::cast<std::string>(nb::repr(given))).append(" (").append(type_of(given));
  refuse_type(sentence.append("); expected a number"));
}

}  // namespace mixcon_python
