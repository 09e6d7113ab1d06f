// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Lets a graph of hnswlib find negatives: `hnsw_index` is a NeighbourIndex. Needs hnswlib.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <hnswlib/hnswlib.h>

#include <mixcon/adapt/search/index_rows.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

struct hnsw_settings {
  index_t links = 16;         // of a row to others, >= 2; M of the paper
  index_t build_width = 200;  // rows kept in sight while one is added, >= 1; efConstruction
  index_t search_width = 64;  // and while one is looked for, >= 1; ef. A search for more keys keeps as many in sight
  std::uint64_t seed = 100;   // of the rows' heights
};

/// hnswlib's graph of neighbours as a NeighbourIndex (Malkov & Yashunin 2016, arXiv:1603.09320). Rows are added one
/// after another, so the same rows in the same order give the same graph. A row that is removed stays in the graph as a
/// way to others, until the index is built anew. Searching has no filter. hnswlib 0.6's header defines functions that
/// are not inline: include this one in a single source of a program. Its prefetches read past the end of lists; under
/// AddressSanitizer define NO_MANUAL_VECTORIZATION.
class hnsw_index {
 public:
  explicit hnsw_index(index_t width, const hnsw_settings& settings = {}) : width_(width) {
    MIXCON_REQUIRE(width >= 1, "hnsw_index: rows of width ", width, "; expected at least 1");
    MIXCON_REQUIRE(settings.links >= 2 && settings.build_width >= 1 && settings.search_width >= 1,
                   "hnsw_index: ", settings.links, " links, widths ", settings.build_width, " and ",
                   settings.search_width, "; expected at least 2 links, and widths of at least 1");
    constexpr std::size_t room_at_first = 1024;
    space_ = std::make_unique<hnswlib::InnerProductSpace>(static_cast<std::size_t>(width));
    graph_ = std::make_unique<graph>(space_.get(), room_at_first, static_cast<std::size_t>(settings.links),
                                     static_cast<std::size_t>(settings.build_width),
                                     static_cast<std::size_t>(settings.seed));
    graph_->setEf(static_cast<std::size_t>(settings.search_width));
  }

  /// Puts unit rows (M, D) under ids (M). A row held under one of them is replaced, which costs more than a new one.
  template <Viewable<2> Rows>
  void add(const Rows& tensor, const integer_view& ids) {
    const std::vector<float> rows = detail::rows_for_index("hnsw_index", width_, tensor, ids);
    const std::size_t needed = graph_->cur_element_count + static_cast<std::size_t>(ids.size());
    const std::size_t twice = 2 * graph_->max_elements_;
    if (needed > graph_->max_elements_) graph_->resizeIndex(needed > twice ? needed : twice);
    for (index_t i = 0; i < ids.size(); ++i)
      graph_->addPoint(rows.data() + i * width_, static_cast<std::size_t>(ids[i]));
  }
  void remove(index_t id) {
    const auto held = graph_->label_lookup_.find(static_cast<std::size_t>(id));
    MIXCON_REQUIRE(held != graph_->label_lookup_.end() && !graph_->isMarkedDeleted(held->second), "hnsw_index: id ", id,
                   " is not held; expected one that was added, and not removed since");
    graph_->markDelete(static_cast<std::size_t>(id));
  }

  void search(const matrix_view<const float>& queries, const matrix_view<std::int64_t>& ids,
              const matrix_view<float>& scores) const {
    detail::check_search("hnsw_index", width_, queries, ids, scores);
    const index_t wanted = ids.extent(1);
    for (index_t q = 0; q < queries.extent(0); ++q) {
      auto found = graph_->searchKnn(queries.data() + q * width_, static_cast<std::size_t>(wanted));  // worst first
      for (index_t j = wanted - 1; j >= 0; --j) {
        const bool some = j < static_cast<index_t>(found.size());
        ids(q, j) = some ? static_cast<std::int64_t>(found.top().second) : -1;
        scores(q, j) = some ? 1 - found.top().first : 0;
        if (some) found.pop();
      }
    }
  }

  index_t size() const { return static_cast<index_t>(graph_->cur_element_count - graph_->num_deleted_); }
  index_t width() const { return width_; }
  bool inner_product() const { return true; }

 private:
  using graph = hnswlib::HierarchicalNSW<float>;

  index_t width_;
  std::unique_ptr<hnswlib::InnerProductSpace> space_;  // the graph refers to it
  std::unique_ptr<graph> graph_;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
