// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where engines add gradients: buffers by packed rows, and the caller's matrices with an entry for each pair.

#include <mixcon/engine/call/gradient_rows.hpp>
#include <mixcon/engine/gradients.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Null or empty: not wanted.
template <class T>
struct packed_gradients {
  gradient_rows<T> anchors, candidates, own;  // (N, D), (M, D), (N * k, D)
  scratch<T> scale, bias;                     // (N): sums over each anchor's row of G s factor and of G
  bool wants_scale = false;                   // scale and bias are kept
  bool wants_bias = false;                    // and bias is of use
  bool one_output = false;  // anchors and candidates are the same rows and go to the same place: one buffer for both
  vector_view<T> candidate_bias{};
  matrix_view<T> logits{}, pair_scale{}, pair_bias{}, targets{};
  bool is_unset = false;  // nothing stands in these matrices yet: the engine sets them
  bool per_pair() const { return static_cast<bool>(pair_scale) || pair_bias || targets; }

  /// Sets the entries of an anchor to 0 where nothing stands in them yet.
  void clear_row(index_t anchor) const {
    const matrix_view<T> matrices[] = {logits, pair_scale, pair_bias, targets};
    for (const auto& matrix : matrices)
      for (index_t c = 0; is_unset && c < matrix.extent(1); ++c) matrix(anchor, c) = T(0);
  }

  /// A buffer for each of both, where threads may add to the anchor and to the candidate of one number at a time.
  [[gnu::noinline]] void separate(workspace* memory) {
    if (one_output) candidates = scratch<T>(memory, anchors.size());
    one_output = false;
  }

  /// What is not by rows; with `columns`, anchors and candidates have changed places. `number` of anchors.
  void prepare(const gradients<T>& wanted, bool columns, index_t number, workspace* memory = nullptr) {
    wants_scale = wanted.scale || wanted.temperature || wanted.bias || (columns && wanted.candidate_bias);
    wants_bias = wanted.bias || (columns && wanted.candidate_bias);
    const auto sums = static_cast<std::size_t>(wants_scale ? number : 0);
    scale = scratch<T>(memory, sums), bias = scratch<T>(memory, sums);
    auto oriented = [columns](const matrix_view<T>& m) {
      return columns ? matrix_view<T>{m.data(), {m.extent(1), m.extent(0)}, {m.stride(1), m.stride(0)}} : m;
    };
    if (!columns) candidate_bias = wanted.candidate_bias;
    logits = oriented(wanted.logits), pair_scale = oriented(wanted.pair_scale);
    pair_bias = oriented(wanted.pair_bias), targets = oriented(wanted.targets);
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
