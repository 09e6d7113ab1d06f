// SPDX-License-Identifier: BSD-3-Clause
// Small tensors that own their memory, and seeded numbers to fill them with.
#pragma once

#include <mixcon/core/tensor_traits.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <random>
#include <vector>

namespace mixcon_test {

using mixcon::index_t;

/// Rows of numbers, (rows, width), row-major.
template <class T>
class matrix {
 public:
  using element = T;

  matrix() = default;
  matrix(index_t rows, index_t width, T value = T{})
      : rows_(rows), width_(width), data_(static_cast<std::size_t>(rows * width), value) {}

  index_t rows() const { return rows_; }
  index_t width() const { return width_; }
  T* data() { return data_.data(); }
  const T* data() const { return data_.data(); }
  T& operator()(index_t i, index_t k) { return data_[static_cast<std::size_t>(i * width_ + k)]; }
  const T& operator()(index_t i, index_t k) const { return data_[static_cast<std::size_t>(i * width_ + k)]; }
  std::vector<T>& entries() { return data_; }
  const std::vector<T>& entries() const { return data_; }

  friend bool operator==(const matrix&, const matrix&) = default;
  friend std::ostream& operator<<(std::ostream& out, const matrix& m) {
    for (index_t i = 0; i < m.rows_; ++i) {
      out << (i == 0 ? "{" : "\n ");
      for (index_t k = 0; k < m.width_; ++k) out << (k == 0 ? "" : ", ") << m(i, k);
    }
    return out << '}';
  }

 private:
  index_t rows_ = 0, width_ = 0;
  std::vector<T> data_;
};

/// The same numbers, as another type.
template <class To, class From>
matrix<To> converted(const matrix<From>& m) {
  matrix<To> r(m.rows(), m.width());
  for (index_t i = 0; i < m.rows(); ++i)
    for (index_t k = 0; k < m.width(); ++k) r(i, k) = static_cast<To>(m(i, k));
  return r;
}

template <class T>
matrix<T> zeros_like(const matrix<T>& m) {
  return {m.rows(), m.width()};
}

/// Rows `first` to `first + count`.
template <class T>
matrix<T> rows_of(const matrix<T>& m, index_t first, index_t count) {
  matrix<T> r(count, m.width());
  for (index_t i = 0; i < count; ++i)
    for (index_t k = 0; k < m.width(); ++k) r(i, k) = m(first + i, k);
  return r;
}

/// The rows of `above`, then those of `below`.
template <class T>
matrix<T> stacked(const matrix<T>& above, const matrix<T>& below) {
  matrix<T> r(above.rows() + below.rows(), above.width());
  for (index_t i = 0; i < r.rows(); ++i)
    for (index_t k = 0; k < r.width(); ++k) r(i, k) = i < above.rows() ? above(i, k) : below(i - above.rows(), k);
  return r;
}

/// Numbers that depend on the seed alone.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) : bits_(seed) {}

  double uniform() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(6.283185307179586 * uniform()); }
  index_t below(index_t n) { return static_cast<index_t>(bits_() % static_cast<std::uint64_t>(n)); }
  index_t between(index_t low, index_t high) { return low + below(high - low + 1); }
  bool chance(double of_one) { return uniform() < of_one; }

 private:
  std::mt19937_64 bits_;
};

/// Normal numbers; the same in every T, but for rounding.
template <class T>
matrix<T> random_embeddings(index_t rows, index_t width, random_numbers& draw) {
  matrix<T> z(rows, width);
  for (T& x : z.entries()) x = static_cast<T>(draw.normal());
  return z;
}
template <class T>
matrix<T> random_embeddings(index_t rows, index_t width, std::uint64_t seed) {
  random_numbers draw(seed);
  return random_embeddings<T>(rows, width, draw);
}

inline std::vector<int> random_labels(index_t number, index_t classes, random_numbers& draw) {
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(draw.below(classes)));
  return labels;
}

}  // namespace mixcon_test

template <class T>
struct mixcon::tensor_traits<mixcon_test::matrix<T>> {
  static auto view(auto& m) {
    return matrix_view<std::remove_pointer_t<decltype(m.data())>>{m.data(), {m.rows(), m.width()}};
  }
};
