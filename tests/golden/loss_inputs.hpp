// SPDX-License-Identifier: BSD-3-Clause
// Reading the arrays and parameters of a losses file.
#pragma once

#include "golden/golden.hpp"

#include <mixcon/mixcon.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace mixcon_golden {

/// A matrix in the type that is computed in.
template <class T>
struct matrix {
  index_t rows = 0, columns = 0;
  std::vector<T> numbers = std::vector<T>(static_cast<std::size_t>(rows * columns));

  mixcon::matrix_view<T> view() { return {numbers.data(), {rows, columns}}; }
  mixcon::matrix_view<const T> view() const { return {numbers.data(), {rows, columns}}; }
  /// The first rows alone.
  mixcon::matrix_view<T> top(index_t count) { return {numbers.data(), {count, columns}}; }
};

template <class T>
matrix<T> zeros_like(const matrix<T>& m) {
  return {m.rows, m.columns};
}

/// A number of the case in the type that is computed in.
template <class T>
T rounded(double number) {
  if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<T>::max())))
    throw std::runtime_error("an input of " + std::to_string(number) + " is beyond this type");
  return static_cast<T>(number);
}

template <class T>
matrix<T> read_matrix(golden_case& of, const std::string& name) {
  const array read = of.inputs.real(name);
  if (read.shape.size() != 2) throw std::runtime_error("inputs." + name + " is no matrix");
  matrix<T> m{read.shape[0], read.shape[1], {}};
  for (const double number : read.data) m.numbers.push_back(rounded<T>(number));
  return m;
}

/// A matrix of that shape; `otherwise` everywhere when the case has none.
template <class T>
matrix<T> read_matrix(golden_case& of, const std::string& name, index_t rows, index_t columns, T otherwise) {
  if (!of.inputs.has(name)) {
    matrix<T> filled{rows, columns};
    std::fill(filled.numbers.begin(), filled.numbers.end(), otherwise);
    return filled;
  }
  matrix<T> read = read_matrix<T>(of, name);
  if (read.rows != rows || read.columns != columns) throw std::runtime_error("inputs." + name + " has an odd shape");
  return read;
}

/// `count` numbers; those of `otherwise` when the case has none.
inline std::vector<double> read_numbers(golden_case& of, const std::string& name,
                                        const std::vector<double>& otherwise) {
  if (!of.inputs.has(name)) return otherwise;
  const array read = of.inputs.real(name);
  if (read.data.size() != otherwise.size()) throw std::runtime_error("inputs." + name + " has an odd length");
  return read.data;
}

/// Two views of N samples, as the case has them, (N, D) each.
template <class T>
struct two_views {
  matrix<T> first, second;
};
template <class T>
two_views<T> read_two_views(golden_case& of) {
  two_views<T> z{read_matrix<T>(of, "z1"), read_matrix<T>(of, "z2")};
  if (z.first.rows != z.second.rows || z.first.columns != z.second.columns)
    throw std::runtime_error("inputs.z1 and inputs.z2 have different shapes");
  return z;
}

/// V views of N samples, stacked view-major: (V * N, D). The case has them as (N, V, D).
template <class T>
struct stacked_views {
  index_t samples = 0, views = 0;
  matrix<T> rows;
};
template <class T, class Move>
void for_each_number(const stacked_views<T>& z, Move&& move) {
  const index_t width = z.rows.columns;
  for (index_t i = 0; i < z.samples; ++i)
    for (index_t v = 0; v < z.views; ++v)
      for (index_t k = 0; k < width; ++k) move(((i * z.views) + v) * width + k, (v * z.samples + i) * width + k);
}
template <class T>
stacked_views<T> read_stacked_views(golden_case& of) {
  const array read = of.inputs.real("z");
  if (read.shape.size() != 3) throw std::runtime_error("inputs.z is not (samples, views, width)");
  stacked_views<T> z{read.shape[0], read.shape[1], {read.shape[0] * read.shape[1], read.shape[2]}};
  for_each_number(z, [&](index_t from, index_t to) {
    z.rows.numbers[static_cast<std::size_t>(to)] = rounded<T>(read.data[static_cast<std::size_t>(from)]);
  });
  return z;
}
/// A gradient by the stacked rows, in the order of the case.
template <class T>
std::vector<T> in_order_of_case(const stacked_views<T>& z, const matrix<T>& gradient) {
  std::vector<T> ordered(gradient.numbers.size());
  for_each_number(z, [&](index_t to, index_t from) {
    ordered[static_cast<std::size_t>(to)] = gradient.numbers[static_cast<std::size_t>(from)];
  });
  return ordered;
}

/// Rows of a loss that takes them as given unless the case says otherwise.
inline mixcon::dot_product read_similarity(golden_case& of) {
  const mixcon::rows form = of.params.flag("normalize", false) ? mixcon::rows::unit : mixcon::rows::as_given;
  return {.anchors = form, .candidates = form};
}
/// Calls f with the similarity of a loss that normalises unless the case says otherwise.
template <class F>
void with_similarity(golden_case& of, F&& f) {
  of.params.flag("normalize", true) ? f(mixcon::cosine{}) : f(mixcon::dot_product{});
}

inline mixcon::no_positive read_no_positive(golden_case& of) {
  const std::string policy = of.params.word("no_positive", "zero");
  if (policy == "zero") return mixcon::no_positive::zero;
  if (policy == "skip") return mixcon::no_positive::skip;
  if (policy == "error") return mixcon::no_positive::error;
  throw std::runtime_error("unknown no_positive " + policy);
}

/// Whether the anchors are the first view alone.
inline bool read_first_view_alone(golden_case& of) {
  const std::string mode = of.params.word("contrast_mode", "all");
  if (mode != "all" && mode != "one") throw std::runtime_error("unknown contrast_mode " + mode);
  return mode == "one";
}

/// Without a base temperature there is no factor temperature / base_temperature.
inline mixcon::info_nce read_info_nce(golden_case& of) {
  mixcon::info_nce loss{.temperature = of.params.number("temperature")};
  if (of.params.has("base_temperature")) {
    loss.base_temperature = of.params.number("base_temperature");
    if (!(loss.base_temperature > 0)) throw std::runtime_error("params.base_temperature is not above 0");
  }
  return loss;
}

}  // namespace mixcon_golden
