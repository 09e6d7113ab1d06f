// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Lets an index of faiss find negatives: `faiss_index` is a NeighbourIndex. Needs faiss.

#include <concepts>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include <faiss/Index.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVF.h>
#include <faiss/impl/IDSelector.h>

#include <mixcon/adapt/search/index_rows.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

// Those that take a selector of rows, as of faiss 1.7.3.
template <class Kind>
concept SelectingFaiss = std::derived_from<Kind, faiss::IndexFlat> || std::derived_from<Kind, faiss::IndexIVF>;

template <class Keep>
struct faiss_selector final : faiss::IDSelector {
  explicit faiss_selector(const Keep& rule) : keep(rule) {}
  bool is_member(std::int64_t place) const override { return keep(place); }
  const Keep& keep;
};

}  // namespace detail

/// An index of faiss as a NeighbourIndex (Johnson et al. 2017, arXiv:1702.08734), of any kind that can be added to;
/// flat and inverted-file ones are FilteringIndex too. It comes empty, and trained if its kind needs that:
///
///   auto coarse = std::make_unique<faiss::IndexFlatIP>(width);
///   auto lists = std::make_unique<faiss::IndexIVFFlat>(coarse.release(), width, 100, faiss::METRIC_INNER_PRODUCT);
///   lists->own_fields = true;
///   lists->train(1000, rows);
///   faiss_index index(std::move(lists));
///
/// Ids are ours: rows that are removed or replaced are only passed over, and leave with the next rebuild. faiss has
/// threads of its own beside the executor's (OMP_NUM_THREADS).
template <std::derived_from<faiss::Index> Kind>
class faiss_index {
 public:
  explicit faiss_index(std::unique_ptr<Kind> empty) : kind_((std::move)(empty)) {
    MIXCON_REQUIRE(kind_ && kind_->ntotal == 0 && kind_->is_trained,
                   "faiss_index: no index, one with rows, or one that is not trained; expected an empty index after "
                   "train(...)");
  }

  /// Puts unit rows (M, D) under ids (M). A row held under one of them is replaced.
  template <Viewable<2> Rows>
  void add(const Rows& tensor, const integer_view& ids) {
    const std::vector<float> rows = detail::rows_for_index("faiss_index", width(), tensor, ids);
    kind_->add(ids.size(), rows.data());
    for (index_t i = 0; i < ids.size(); ++i) {
      const auto [held, is_new] = place_of_.try_emplace(ids[i], 0);
      if (!is_new) id_of_[held->second] = -1;
      held->second = id_of_.size();
      id_of_.push_back(ids[i]);
    }
  }
  void remove(index_t id) {
    const auto held = place_of_.find(id);
    MIXCON_REQUIRE(held != place_of_.end(), "faiss_index: id ", id,
                   " is not held; expected one that was added, and not removed since");
    id_of_[held->second] = -1;
    (place_of_.erase)(held);
  }

  void search(const matrix_view<const float>& queries, const matrix_view<std::int64_t>& ids,
              const matrix_view<float>& scores) const {
    detail::check_search("faiss_index", width(), queries, ids, scores);
    search_rows(queries, nullptr, ids, scores, 0);
  }
  /// Finds only ids with keep(query, id). Queries are searched one by one.
  template <std::predicate<index_t, std::int64_t> Keep>
  void search(const matrix_view<const float>& queries, const matrix_view<std::int64_t>& ids,
              const matrix_view<float>& scores, const Keep& keep) const
  requires detail::SelectingFaiss<Kind>
  {
    detail::check_search("faiss_index", width(), queries, ids, scores);
    for (index_t q = 0; q < queries.extent(0); ++q) {
      const auto kept = [&](std::int64_t place) { return id_at(place) >= 0 && keep(q, id_at(place)); };
      detail::faiss_selector<decltype(kept)> selector(kept);
      auto settings = search_settings();
      settings.sel = &selector;
      const matrix_view<const float> query{queries.data() + q * width(), {1, width()}};
      search_rows(query, &settings, ids, scores, q);
    }
  }

  index_t size() const { return static_cast<index_t>(place_of_.size()); }
  index_t width() const { return static_cast<index_t>(kind_->d); }
  bool inner_product() const { return kind_->metric_type == faiss::METRIC_INNER_PRODUCT; }
  /// What was given, for settings such as `nprobe`. Rows are added and removed here.
  Kind& kind() { return *kind_; }

 private:
  std::int64_t id_at(std::int64_t place) const { return place < 0 ? -1 : id_of_[static_cast<std::size_t>(place)]; }

  auto search_settings() const {
    if constexpr (std::derived_from<Kind, faiss::IndexIVF>) {
      faiss::SearchParametersIVF settings;  // given any, faiss looks at these alone
      settings.nprobe = kind_->nprobe;
      settings.max_codes = kind_->max_codes;
      return settings;
    } else {
      return faiss::SearchParameters{};
    }
  }

  /// Writes rows `first` and on of ids and scores.
  void search_rows(const matrix_view<const float>& queries, const faiss::SearchParameters* settings,
                   const matrix_view<std::int64_t>& ids, const matrix_view<float>& scores, index_t first) const {
    const index_t count = queries.extent(0), wanted = ids.extent(1);
    std::vector<float> products(static_cast<std::size_t>(count * wanted));
    std::vector<std::int64_t> places(products.size());
    kind_->search(count, queries.data(), wanted, products.data(), places.data(), settings);
    for (index_t q = 0; q < count; ++q)
      for (index_t j = 0; j < wanted; ++j) {
        const auto at = static_cast<std::size_t>(q * wanted + j);
        ids(first + q, j) = id_at(places[at]);
        scores(first + q, j) = products[at];
      }
  }

  std::unique_ptr<Kind> kind_;
  std::vector<std::int64_t> id_of_;                         // by faiss's own number; -1: removed or replaced
  std::unordered_map<std::int64_t, std::size_t> place_of_;  // faiss's number by id
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
