// SPDX-License-Identifier: BSD-3-Clause
// An index of neighbours that misses nothing, and keys for it whose products are exact.
#pragma once

#include "support/embeddings.hpp"
#include "support/neighbours.hpp"

#include <mixcon/core/integer_view.hpp>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace mixcon_test {

/// Looks at every row it holds, and misses none.
class exhaustive_index {
 public:
  explicit exhaustive_index(index_t width, bool inner_product = true) : width_(width), inner_product_(inner_product) {}

  void add(const mixcon::matrix_view<const float>& rows, const mixcon::integer_view& ids) {
    for (index_t i = 0; i < ids.size(); ++i) {
      std::vector<float>& row = rows_[ids[i]];
      row.clear();
      for (index_t x = 0; x < width_; ++x) row.push_back(rows(i, x));
    }
  }
  void remove(index_t id) { rows_.erase(id); }
  void search(const mixcon::matrix_view<const float>& queries, const mixcon::matrix_view<std::int64_t>& ids,
              const mixcon::matrix_view<float>& scores) const {
    search_kept(queries, ids, scores, [](index_t, std::int64_t) { return true; });
  }
  index_t size() const { return static_cast<index_t>(rows_.size()); }
  index_t width() const { return width_; }
  bool inner_product() const { return inner_product_; }

 protected:
  template <class Keep>
  void search_kept(const mixcon::matrix_view<const float>& queries, const mixcon::matrix_view<std::int64_t>& ids,
                   const mixcon::matrix_view<float>& scores, const Keep& keep) const {
    for (index_t q = 0; q < queries.extent(0); ++q) {
      std::vector<std::pair<float, std::int64_t>> order;
      for (const auto& [id, row] : rows_) {
        if (!keep(q, id)) continue;
        float score = 0;
        for (index_t x = 0; x < width_; ++x) score += queries(q, x) * row[static_cast<std::size_t>(x)];
        order.emplace_back(-score, id);
      }
      std::sort(order.begin(), order.end());
      order.resize(static_cast<std::size_t>(ids.extent(1)), {0.0f, -1});
      for (index_t j = 0; j < ids.extent(1); ++j) {
        scores(q, j) = -order[static_cast<std::size_t>(j)].first;
        ids(q, j) = order[static_cast<std::size_t>(j)].second;
      }
    }
  }

 private:
  index_t width_;
  bool inner_product_;
  std::map<std::int64_t, std::vector<float>> rows_;
};
/// The same with a filter.
struct filtering_index : exhaustive_index {
  using exhaustive_index::exhaustive_index;
  using exhaustive_index::search;
  template <class Keep>
  void search(const mixcon::matrix_view<const float>& queries, const mixcon::matrix_view<std::int64_t>& ids,
              const mixcon::matrix_view<float>& scores, const Keep& keep) const {
    search_kept(queries, ids, scores, keep);
  }
};

/// Rows of length 1 whose products have no rounding error, with many ties: entries 0 and +-2^-n.
inline matrix<float> exact_unit_rows(index_t rows, index_t width, std::uint64_t seed) {
  index_t side = 1;
  while (4 * side * side <= width) side *= 2;
  random_numbers draw(seed);
  matrix<float> z(rows, width);
  for (index_t i = 0; i < rows; ++i) {
    const index_t first = draw.below(width);
    for (index_t x = 0; x < side * side; ++x)
      z(i, (first + x) % width) = (draw.chance(0.5) ? 1.0f : -1.0f) / static_cast<float>(side);
  }
  return z;
}
template <class Index>
Index holding(const matrix<float>& keys) {
  Index index(keys.width());
  add_rows(index, keys);
  return index;
}

}  // namespace mixcon_test
