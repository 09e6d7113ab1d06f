// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// N-pairs loss: one pair of rows per class, each first row against the second rows of all classes.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/core/distinct_integers.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/losses/info_nce.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// N-pairs: one pair of rows a class, each first row against the second rows of all classes.
///
///   loss = mean over classes of -log( e^<a_c, b_c> / sum_d e^<a_c, b_d> )
///
/// a_c, b_c: the first two rows of class c, in the order of rows. Other rows, classes of one row, and rows whose label
/// is the targets' ignored one take no part; a batch without a pair has loss 0. Source: Sohn 2016, "Improved Deep
/// Metric Learning with Multi-class N-pair Loss Objective", eq. 7, without its penalty on lengths.
struct n_pairs {
  rows form = rows::unit;  // as pytorch-metric-learning; as_given in the paper
};

namespace detail {

template <>
inline constexpr bool has_own_call<n_pairs> = true;
template <>
struct own_call<n_pairs> {
  template <bool Fits>
  static constexpr void refuse() {
    static_assert(Fits,
                  "mixcon: n_pairs is called as value_and_grad(engine, n_pairs{}, label_targets{.labels = labels}, "
                  "embeddings, gradient), the last two matrices (N, D), the gradient one that can be written to, of "
                  "the type rows are computed in");
  }
};

/// The first two rows of every class that has two.
struct pairs_of_classes {
  std::vector<index_t> first, second;

  explicit pairs_of_classes(const integer_view& labels, const ignored_label& ignored = {}) {
    distinct_integers classes;
    std::vector<index_t> seen;  // by class: the first row, or -1 once the pair is made
    for (index_t i = 0; i < labels.size(); ++i) {
      if (ignored(labels.value(i))) continue;
      const auto number = static_cast<std::size_t>(classes.number(labels.value(i)));
      if (number == seen.size()) {
        seen.push_back(i);
      } else if (seen[number] >= 0) {
        first.push_back(seen[number]), second.push_back(i);
        seen[number] = -1;
      }
    }
  }
};

/// Some rows of a matrix, side by side, in the type they are computed in.
template <class T, class E>
std::vector<T> picked_rows(const matrix_view<const E>& from, const std::vector<index_t>& which) {
  std::vector<T> rows;
  rows.reserve(which.size() * static_cast<std::size_t>(from.extent(1)));
  for (const index_t i : which)
    for (index_t k = 0; k < from.extent(1); ++k) rows.push_back(static_cast<T>(from(i, k)));
  return rows;
}

}  // namespace detail

/// The loss of embeddings (N, D) with `label_targets{.labels = labels}` (N), and its gradient: sets it. Costs O(P^2 D)
/// for P classes of two rows or more.
template <detail::Engine Executor, Viewable<2> Embeddings, Viewable<2> Gradient>
requires std::is_constructible_v<matrix_view<accumulate_t<element_t<const Embeddings>>>, Gradient&>
auto value_and_grad(const Executor& executor, const n_pairs& loss, const label_targets& targets,
                    const Embeddings& embeddings, Gradient&& gradient) {
  using E = std::remove_const_t<element_t<const Embeddings>>;
  using T = accumulate_t<E>;
  const matrix_view<const E> z = detail::view_given<2>("value_and_grad", "n_pairs' rows", embeddings);
  const matrix_view<T> by_z = detail::view_given<2>("value_and_grad", "the gradient", gradient);
  MIXCON_REQUIRE(z.extent(0) > 0 && z.extent(1) > 0, "value_and_grad: embeddings are ", z.extents(),
                 "; expected at least one row and one column");
  MIXCON_REQUIRE(targets.labels.size() == z.extent(0) && targets.views == 1 && targets.candidate_labels.empty(),
                 "value_and_grad: n_pairs has ", targets.labels.size(), " labels and ", targets.views, " views for ",
                 z.extent(0), " rows; expected one label a row, and no candidate_labels");
  MIXCON_REQUIRE(by_z.extents() == z.extents(), "value_and_grad: the gradient is ", by_z.extents(), "; expected ",
                 z.extents(), ", the shape of the embeddings");
  MIXCON_REQUIRE(!detail::overlap(by_z, z),
                 "value_and_grad: the gradient shares memory with the embeddings; hand in a buffer of its own");

  const detail::pairs_of_classes pairs(targets.labels, targets.ignored);
  const auto count = static_cast<index_t>(pairs.first.size());
  const auto first = detail::picked_rows<T>(z, pairs.first), second = detail::picked_rows<T>(z, pairs.second);
  std::vector<T> by_first(first.size()), by_second(second.size());
  const axes<2> shape{count, z.extent(1)};
  const matrix_view<const T> anchors{first.data(), shape}, candidates{second.data(), shape};
  const matrix_view<T> by_anchors{by_first.data(), shape}, by_candidates{by_second.data(), shape};
  const objective criterion{info_nce{.temperature = 1}, dot_product{loss.form, loss.form}};
  const auto of_pairs = [&] {
    return value_and_grad(executor, criterion, diagonal_targets{}, anchors, candidates,
                          {.anchors = by_anchors, .candidates = {by_candidates}});
  };
  decltype(of_pairs()) result{};
  if (count > 0) result = of_pairs();
  for (index_t i = 0; i < z.extent(0); ++i)
    for (index_t k = 0; k < z.extent(1); ++k) by_z(i, k) = T(0);
  for (index_t p = 0; p < count; ++p)
    for (index_t k = 0; k < z.extent(1); ++k) {
      by_z(pairs.first[static_cast<std::size_t>(p)], k) = by_anchors(p, k);
      by_z(pairs.second[static_cast<std::size_t>(p)], k) = by_candidates(p, k);
    }
  return result;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
