// SPDX-License-Identifier: BSD-3-Clause
// NT-Xent without a library.
#pragma once

#include <cmath>
#include <vector>

#include "batch.hpp"

namespace bench_contrast {

/// NT-Xent by the book, on a matrix of unit rows: for each anchor its logits, their softmax, and the gradient.
template <class T>
T loop_over_rows(const std::vector<T>& z, std::size_t rows, std::size_t width, std::vector<T>* gradient) {
  std::vector<T> logits(rows);
  T loss = 0;
  for (std::size_t a = 0; a < rows; ++a) {
    const std::size_t positive = (a + rows / 2) % rows;
    T top = -2 / T(temperature), partition = 0;
    for (std::size_t c = 0; c < rows; ++c) {
      T dot = 0;
      for (std::size_t k = 0; k < width; ++k) dot += z[a * width + k] * z[c * width + k];
      logits[c] = dot / T(temperature);
      if (c != a && logits[c] > top) top = logits[c];
    }
    for (std::size_t c = 0; c < rows; ++c)
      if (c != a) partition += std::exp(logits[c] - top);
    loss += std::log(partition) + top - logits[positive];
    if (gradient == nullptr) continue;
    for (std::size_t c = 0; c < rows; ++c) {
      if (c == a) continue;
      const T share = std::exp(logits[c] - top) / partition - (c == positive ? T(1) : T(0));
      const T weight = share / (T(temperature) * static_cast<T>(rows));
      for (std::size_t k = 0; k < width; ++k) {
        (*gradient)[a * width + k] += weight * z[c * width + k];
        (*gradient)[c * width + k] += weight * z[a * width + k];
      }
    }
  }
  return loss / static_cast<T>(rows);
}

template <class T>
T loop_nt_xent(const std::vector<T>& embeddings, std::size_t rows, std::size_t width, std::vector<T>* gradient) {
  std::vector<T> unit(embeddings), length(rows);
  for (std::size_t a = 0; a < rows; ++a) {
    T squared = 0;
    for (std::size_t k = 0; k < width; ++k) squared += unit[a * width + k] * unit[a * width + k];
    length[a] = std::sqrt(squared);
    for (std::size_t k = 0; k < width; ++k) unit[a * width + k] /= length[a];
  }
  if (gradient != nullptr) gradient->assign(unit.size(), T(0));
  const T loss = loop_over_rows(unit, rows, width, gradient);
  for (std::size_t a = 0; gradient != nullptr && a < rows; ++a) {
    T radial = 0;
    for (std::size_t k = 0; k < width; ++k) radial += (*gradient)[a * width + k] * unit[a * width + k];
    for (std::size_t k = 0; k < width; ++k)
      (*gradient)[a * width + k] = ((*gradient)[a * width + k] - radial * unit[a * width + k]) / length[a];
  }
  return loss;
}

}  // namespace bench_contrast
