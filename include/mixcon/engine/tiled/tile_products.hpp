// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Adds products of the weights of tiles and rows to the gradients.

#include <mixcon/core/phases.hpp>
#include <mixcon/engine/call/packed_gradients.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Where weights of tiles are multiplied: anchors += W candidates and candidates += W^T anchors.
template <class T>
class tile_products {
  using rows_type = mixcon::detail::packed_rows<T>;
  using gradients_type = mixcon::detail::packed_gradients<T>;
  using rows_to = mixcon::detail::gradient_rows<T>;

 public:
  tile_products(const rows_type& anchors, const rows_type& candidates, gradients_type& to)
      : anchors_(anchors), candidates_(candidates), to_(to) {}

  [[gnu::noinline]] void add(tile<T>& weights) {
    [[maybe_unused]] const timed_phase adding(phase::gradients);
    if (anchors_.finite() && candidates_.finite())
      add_product(weights);
    else
      add_by_pair(weights);
  }
  /// The same of finite rows.
  [[gnu::noinline]] void add_product(tile<T>& weights) {
    [[maybe_unused]] const timed_phase adding(phase::gradients);
    if (!to_.anchors.empty()) add_to_anchors(weights, candidates_, to_.anchors);
    if (!to_.candidates.empty()) add_to_candidates(weights, anchors_, to_.candidates);
  }
  /// Weights of both orders of the pairs of anchors that are the candidates, to one place.
  [[gnu::noinline]] void add_both(tile<T>& weights, bool on_diagonal) {
    [[maybe_unused]] const timed_phase adding(phase::gradients);
    add_to_anchors(weights, anchors_, to_.anchors);
    if (!on_diagonal) add_to_candidates(weights, anchors_, to_.anchors);
  }
  /// to += self times each row.
  [[gnu::noinline]] static void add_selves(rows_to& to, const scratch<T>& self, const rows_type& rows) {
    if (self.empty() || to.empty()) return;
    for (index_t i = 0; i < rows.count(); ++i) {
      const T weight = self[static_cast<std::size_t>(i)];
      for (index_t k = 0; weight != T(0) && k < rows.width(); ++k)
        to[static_cast<std::size_t>(i * rows.pitch() + k)] += weight * rows.row(i)[k];
    }
  }

 private:
  static void add_to_anchors(tile<T>& weights, const rows_type& candidates, rows_to& to) {
    const index_t pitch = candidates.pitch();
    tile_product(true, weights.rows(), pitch, weights.columns(), strided<T>{weights.entry(0, 0), tile_columns, 1},
                 rows_of_vectors<T>{candidates.row(weights.first_column()), pitch},
                 to.data() + weights.first_row() * pitch, pitch);
  }
  static void add_to_candidates(tile<T>& weights, const rows_type& anchors, rows_to& to) {
    const index_t pitch = anchors.pitch();
    tile_product(true, weights.columns(), pitch, weights.rows(), strided<T>{weights.entry(0, 0), 1, tile_columns},
                 rows_of_vectors<T>{anchors.row(weights.first_row()), pitch},
                 to.data() + weights.first_column() * pitch, pitch);
  }
  /// Pair by pair: a weight of 0 leaves out a row, which may be NaN where nobody sees it.
  void add_by_pair(tile<T>& weights) {
    const index_t pitch = anchors_.pitch();
    auto add = [pitch](rows_to& to, index_t row, T weight, const T* other) {
      if (to.empty() || weight == T(0)) return;
      for (index_t k = 0; k < pitch; ++k) to[static_cast<std::size_t>(row * pitch + k)] += weight * other[k];
    };
    for (index_t r = 0; r < weights.rows(); ++r)
      for (index_t j = 0; j < weights.columns(); ++j) {
        const index_t a = weights.first_row() + r, c = weights.first_column() + j;
        add(to_.anchors, a, *weights.entry(r, j), candidates_.row(c));
        add(to_.candidates, c, *weights.entry(r, j), anchors_.row(a));
      }
  }

  const rows_type& anchors_;
  const rows_type& candidates_;
  gradients_type& to_;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
