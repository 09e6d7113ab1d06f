// SPDX-License-Identifier: BSD-3-Clause
// One call of a loss, as Python hands it over: arrays of float, row by row, whose memory the caller keeps.
#pragma once

#include <mixcon/engine/tiled.hpp>
#include <mixcon/engine/value_and_grad.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <vector>

namespace mixcon_compare {

using mixcon::index_t;

/// The arguments of a call; compare/library.py has the same fields in the same order. What a loss does not take is
/// null.
struct call {
  const float* rows[3];      // matrices: embeddings, logits, classifiers, a queue, images
  long long extents[3][4];   // of each matrix: rows, width; of images: samples, channels, rows, columns
  float* gradients[3];       // by each matrix, of its shape; all null: the value alone
  const long long* labels;   // (N) classes
  const long long* partner;  // (N) partners, or their classes
  const double* constants;   // numbers that the loss defines
  long long threads;         // of the engine

  mixcon::tiled engine() const { return {.threads = static_cast<int>(threads)}; }
  mixcon::axes<2> shape(int k) const { return {extents[k][0], extents[k][1]}; }
  mixcon::matrix_view<const float> matrix(int k) const { return {rows[k], shape(k)}; }
  mixcon::matrix_view<float> gradient(int k) const {
    return gradients[k] == nullptr ? mixcon::matrix_view<float>() : mixcon::matrix_view<float>{gradients[k], shape(k)};
  }
  bool wants_gradients() const { return gradients[0] != nullptr; }
  mixcon::vector_view<const long long> integers(const long long* of, index_t count) const { return {of, {count}}; }
};

/// compute(), or NaN after the sentence of what it throws: no exception reaches Python.
template <class F>
double value_of(F&& compute) {
  try {
    return static_cast<double>(compute());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return std::nan("");
  }
}

/// The loss of one matrix against itself, and its gradient where it is wanted.
template <class Objective, class Targets>
float value_of_rows(const call& given, const Objective& objective, const Targets& targets) {
  if (given.wants_gradients())
    return mixcon::value_and_grad(given.engine(), objective, targets, given.matrix(0), given.gradient(0)).value;
  mixcon::saved_for<Objective, mixcon::matrix_view<const float>> saved;
  return mixcon::forward(given.engine(), objective, targets, given.matrix(0), saved).value;
}
/// The loss of anchors against candidates, and the gradients that are wanted.
template <class Objective, class Targets, class Candidates>
float value_of_pairs(const call& given, const Objective& objective, const Targets& targets,
                     const Candidates& candidates, const mixcon::gradients<float>& wanted) {
  if (given.wants_gradients())
    return mixcon::value_and_grad(given.engine(), objective, targets, given.matrix(0), candidates, wanted).value;
  mixcon::saved_for<Objective, mixcon::matrix_view<const float>> saved;
  return mixcon::forward(given.engine(), objective, targets, given.matrix(0), candidates, saved).value;
}

}  // namespace mixcon_compare
