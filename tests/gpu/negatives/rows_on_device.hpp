// SPDX-License-Identifier: BSD-3-Clause
// Rows on the host with a copy in emulated device memory. Comes after gpu/emulator/emulator.hpp.
#pragma once

#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/gpu/memory.cuh>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace mixcon_test {

using mixcon::index_t;

/// Rows (N, D) of E, on both sides.
template <class E>
class rows_on_both {
 public:
  rows_on_both(index_t rows, index_t width, std::vector<E> numbers)
      : rows_(rows), width_(width), numbers_(std::move(numbers)), memory_(numbers_.size() * sizeof(E)) {
    copy();
  }
  rows_on_both(const rows_on_both& other) : rows_on_both(other.rows_, other.width_, other.numbers_) {}
  mixcon::matrix_view<const E> host() const { return {numbers_.data(), {rows_, width_}}; }
  mixcon::matrix_view<E> host() { return {numbers_.data(), {rows_, width_}}; }
  mixcon::gpu::device_tensor<E, 2> device() const {
    return mixcon::gpu::device_matrix(static_cast<E*>(memory_.data()), rows_, width_);
  }
  void set(index_t row, index_t column, E value) {
    numbers_[static_cast<std::size_t>(row * width_ + column)] = value;
    copy();
  }
  /// What lies on the device, and on the host, in double.
  std::vector<double> device_numbers() const {
    const E* const first = static_cast<const E*>(memory_.data());
    return {first, first + numbers_.size()};
  }
  std::vector<double> host_numbers() const { return {numbers_.begin(), numbers_.end()}; }

 private:
  void copy() { std::memcpy(memory_.data(), static_cast<const void*>(numbers_.data()), numbers_.size() * sizeof(E)); }
  index_t rows_, width_;
  std::vector<E> numbers_;
  mixcon::gpu::device_memory memory_;
};

/// Rows of small integers: their products are exact and often equal.
template <class E>
rows_on_both<E> integer_rows(index_t rows, index_t width, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<E> numbers;
  for (index_t k = 0; k < rows * width; ++k) numbers.push_back(static_cast<E>(static_cast<float>(bits() % 5U) - 2.0F));
  return {rows, width, numbers};
}
/// Rows along one axis, of length 1 to 3.
template <class E>
rows_on_both<E> axis_rows(index_t rows, index_t width, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<E> numbers(static_cast<std::size_t>(rows * width), E(0.0F));
  for (index_t i = 0; i < rows; ++i)
    numbers[static_cast<std::size_t>(i * width + static_cast<index_t>(bits() % static_cast<unsigned>(width)))] =
        static_cast<E>(static_cast<float>(bits() % 3U) + 1.0F);
  return {rows, width, numbers};
}
/// Rows of numbers in [-1, 1).
template <class E>
rows_on_both<E> random_rows(index_t rows, index_t width, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<E> numbers;
  for (index_t k = 0; k < rows * width; ++k)
    numbers.push_back(static_cast<E>(std::ldexp(static_cast<double>(bits() >> 12U), -19) - 1.0));
  return {rows, width, numbers};
}

}  // namespace mixcon_test
