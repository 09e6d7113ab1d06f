// SPDX-License-Identifier: BSD-3-Clause
// Matrix products of any implementation compared with their definition in double. Comes after emulated.hpp or
// device.cuh.
#pragma once

#include <mixcon/gpu/matrix_product.hpp>
#include <mixcon/gpu/memory.cuh>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace mixcon_test {

/// rows x columns random numbers on the device and on the host, with a stride of columns + 3; NaN between rows.
template <class E>
struct device_numbers {
  mixcon::index_t rows, columns, stride;
  std::vector<E> host;
  mixcon::gpu::device_memory memory;

  device_numbers(mixcon::index_t rows_, mixcon::index_t columns_, unsigned seed)
      : rows(rows_),
        columns(columns_),
        stride(columns_ + 3),
        host(static_cast<std::size_t>(rows * stride), static_cast<E>(std::numeric_limits<float>::quiet_NaN())),
        memory(host.size() * sizeof(E)) {
    std::mt19937 draw(seed);
    for (mixcon::index_t i = 0; i < rows; ++i)
      for (mixcon::index_t j = 0; j < columns; ++j)
        at(i, j) = static_cast<E>(static_cast<float>(static_cast<double>(draw()) / 2147483648.0 - 1));
    upload();
  }
  E& at(mixcon::index_t i, mixcon::index_t j) { return host[static_cast<std::size_t>(i * stride + j)]; }
  double number(mixcon::index_t i, mixcon::index_t j) {
    if constexpr (sizeof(E) == 2)
      return static_cast<double>(static_cast<float>(at(i, j)));
    else
      return static_cast<double>(at(i, j));
  }
  void upload() {
    static_cast<void>(mixcon::gpu::copy_to_device(memory.data(), host.data(), host.size() * sizeof(E), nullptr));
  }
  void fetch() {
    static_cast<void>(mixcon::gpu::copy_to_host(host.data(), memory.data(), host.size() * sizeof(E), nullptr));
    static_cast<void>(mixcon::gpu::wait(nullptr));
  }
  mixcon::gpu::product_matrix<E> view() const { return {static_cast<E*>(memory.data()), rows, columns, stride, false}; }
};

/// The largest error of (m, inner) times (inner, n), operands turned or not, with and without what was there before;
/// infinity when a product was refused or wrote between rows.
template <class E, class R>
double worst_product(mixcon::gpu::matrix_products& products, mixcon::index_t m, mixcon::index_t inner,
                     mixcon::index_t n) {
  using mixcon::index_t;
  double worst = 0;
  for (int kind = 0; kind < 8; ++kind) {
    const bool left_turned = (kind & 1) != 0, right_turned = (kind & 2) != 0;
    const double beta = (kind & 4) != 0 ? -0.5 : 0.0;
    device_numbers<E> left(left_turned ? inner : m, left_turned ? m : inner, 1);
    device_numbers<E> right(right_turned ? n : inner, right_turned ? inner : n, 2);
    device_numbers<R> result(m, n, 3);
    std::vector<double> expected;
    for (index_t i = 0; i < m; ++i)
      for (index_t j = 0; j < n; ++j) {
        double sum = 0;
        for (index_t k = 0; k < inner; ++k)
          sum += (left_turned ? left.number(k, i) : left.number(i, k)) *
                 (right_turned ? right.number(j, k) : right.number(k, j));
        expected.push_back(1.5 * sum + (beta == 0 ? 0 : beta * result.number(i, j)));
        if (beta == 0) result.at(i, j) = static_cast<R>(std::numeric_limits<float>::quiet_NaN());
      }
    result.upload();
    const auto a = left_turned ? left.view().transposed() : left.view();
    const auto b = right_turned ? right.view().transposed() : right.view();
    if (!products.multiply(nullptr, 1.5, a, b, beta, result.view()).ok()) return HUGE_VAL;
    result.fetch();
    for (index_t i = 0; i < m; ++i) {
      for (index_t j = 0; j < n; ++j) {
        const double error = std::abs(result.number(i, j) - expected[static_cast<std::size_t>(i * n + j)]);
        if (!(error <= worst)) worst = error;
      }
      if (!std::isnan(result.number(i, n))) return HUGE_VAL;
    }
  }
  return worst;
}

}  // namespace mixcon_test
