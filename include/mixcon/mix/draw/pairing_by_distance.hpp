// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Pairings that look at features or distances: nearest samples, nearest classes, a cycle of far ones.

#include <mixcon/core/config.hpp>
#include <mixcon/core/number/not_finite.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/likeness.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/draw/pairing_by_class.hpp>

#include <cstddef>
#include <initializer_list>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

/// Pairings that look at features (N, D) or at a matrix of distances (N, N). They cost O(N^2 D).
namespace mixcon::pairing {

namespace detail {

template <class T>
vector_view<const T> row_of(matrix_view<const T> rows, index_t row) {
  return {rows.data() + row * rows.stride(0), {rows.extent(1)}, {rows.stride(1)}};
}

/// The k rows of `candidates` that are most like `row`, most alike first, ties to the lower index; `left_out` never.
template <class A, class B>
std::vector<index_t> most_alike(likeness metric, vector_view<const A> row, matrix_view<const B> candidates,
                                index_t left_out, index_t k) {
  std::vector<index_t> best;
  std::vector<likeness_value> score;
  const double row_squared = squared_length(row);
  for (index_t j = 0; j < candidates.extent(0); ++j) {
    if (j == left_out) continue;
    const auto other = row_of(candidates, j);
    const likeness_value alike =
        metric == likeness::cosine ? by_angle(row, row_squared, other) : by_distance(row, other);
    MIXCON_REQUIRE(!is_nan(alike.value - alike.value), "pairing::nearest: the features of sample ", j,
                   " or of the one compared with it are not "
                   "finite; check the network that made them.");
    std::size_t place = best.size();
    while (place > 0 && score[place - 1] < alike) --place;
    if (place == static_cast<std::size_t>(k)) continue;
    best.insert(best.begin() + static_cast<std::ptrdiff_t>(place), j);
    score.insert(score.begin() + static_cast<std::ptrdiff_t>(place), alike);
    if (best.size() > static_cast<std::size_t>(k)) best.pop_back(), score.pop_back();
  }
  return best;
}

}  // namespace detail

/// One of the `top_k` samples with the most similar features, each equally likely: most alike first, number
/// floor(u * top_k). Never the sample itself; ties to the lower index. Features (N, D). Refuses top_k outside
/// [1, N - 1], and features that are not finite.
struct nearest {
  likeness metric = likeness::cosine;
  index_t top_k = 1;  ///< >= 1

  /// The top_k neighbours of every sample, most alike first.
  template <Viewable<2> Features>
  std::vector<std::vector<index_t>> neighbours(const Features& features) const {
    const matrix_view<const element_t<Features>> rows = view<2>(features);
    const index_t samples = rows.extent(0);
    detail::require_samples("nearest", samples, 2);
    MIXCON_REQUIRE(top_k >= 1 && top_k < samples, "pairing::nearest: top_k is ", top_k, " for ", samples,
                   " samples; expected 1 to ", samples - 1, ".");
    std::vector<std::vector<index_t>> found;
    for (index_t i = 0; i < samples; ++i)
      found.push_back(detail::most_alike(metric, detail::row_of(rows, i), rows, i, top_k));
    return found;
  }

  template <Viewable<2> Features, Draws D>
  std::vector<index_t> operator()(const Features& features, const D& draws) const {
    std::vector<index_t> partner;
    for (const std::vector<index_t>& best : neighbours(features)) {
      const index_t i = static_cast<index_t>(partner.size());
      const index_t k = top_k == 1 ? 0 : detail::picked(draws.uniform("partner", i, 0, 1), top_k);
      partner.push_back(best[static_cast<std::size_t>(k)]);
    }
    return partner;
  }
};

/// A random member, number floor(u * count) in ascending order, of the other class whose mean feature is most similar
/// to the mean of the sample's own class. Features (N, D), labels (N). Refuses a batch of one class.
struct nearest_class {
  likeness metric = likeness::cosine;

  template <Viewable<2> Features, LabelsViewable Labels, Draws D>
  std::vector<index_t> operator()(const Features& features, const Labels& labels, const D& draws) const {
    const matrix_view<const element_t<Features>> rows = view<2>(features);
    const detail::classes_of classes(detail::labels_of(labels));
    const index_t samples = rows.extent(0), width = rows.extent(1);
    detail::require_samples("nearest_class", samples, 2);
    MIXCON_REQUIRE(classes.samples() == samples, "pairing::nearest_class: ", classes.samples(), " labels for ", samples,
                   " rows of features; expected one a row.");
    MIXCON_REQUIRE(classes.classes() > 1, "pairing::nearest_class: all ", samples,
                   " labels are equal; there is no other class to be near to.");
    std::vector<index_t> first, class_of(static_cast<std::size_t>(samples));  // classes by their first member
    for (index_t i = 0; i < samples; ++i) {
      const index_t leader = classes.peers(i).front();
      if (leader == i) first.push_back(i);
      class_of[static_cast<std::size_t>(i)] =
          leader == i ? static_cast<index_t>(first.size()) - 1 : class_of[static_cast<std::size_t>(leader)];
    }
    std::vector<double> means(first.size() * static_cast<std::size_t>(width));  // (classes, D)
    const matrix_view<double> prototypes{means.data(), {classes.classes(), width}};
    for (index_t c = 0; c < classes.classes(); ++c) {
      const auto peers = classes.peers(first[static_cast<std::size_t>(c)]);
      for (index_t d = 0; d < width; ++d) {
        for (const double unit : {1.0, 0x1p-100}) {  // a sum of huge numbers overflows
          double sum = 0;
          for (const index_t i : peers) sum += static_cast<double>(rows(i, d)) * unit;
          prototypes(c, d) = sum / static_cast<double>(peers.size()) / unit;
          if (!is_nan(sum - sum)) break;
        }
      }
    }
    const matrix_view<const double> centres = prototypes;
    std::vector<index_t> closest;
    for (index_t c = 0; c < classes.classes(); ++c)
      closest.push_back(detail::most_alike(metric, detail::row_of(centres, c), centres, c, 1).front());

    std::vector<index_t> partner = identity(samples);
    for (index_t& i : partner) {
      const index_t chosen = closest[static_cast<std::size_t>(class_of[static_cast<std::size_t>(i)])];
      const auto members = classes.peers(first[static_cast<std::size_t>(chosen)]);
      const index_t count = static_cast<index_t>(members.size());
      i = members[static_cast<std::size_t>(detail::picked(draws.uniform("partner", i, 0, 1), count))];
    }
    return partner;
  }
};

/// One cycle through the whole batch that keeps partners far apart, greedily: from the largest distance on, each sample
/// mixes with the farthest one that has not mixed yet; the last closes the cycle. Equal distances: the first in
/// row-major order. Distances (N, N), the diagonal is not read. No randomness. Kang and Kim 2023 (GuidedMixup),
/// arXiv:2306.16612.
struct max_distance_cycle {
  template <Viewable<2> Distances, class D>
  std::vector<index_t> operator()(const Distances& distances, const D& /*draws*/) const {
    const auto apart = view<2>(distances);
    const index_t samples = apart.extent(0);
    MIXCON_REQUIRE(apart.extent(1) == samples, "pairing::max_distance_cycle: the distances are ", apart.extents(),
                   "; expected a square matrix (N, N).");
    detail::require_samples("max_distance_cycle", samples, 2);
    index_t row = 0, column = 1;
    for (index_t i = 0; i < samples; ++i)
      for (index_t j = 0; j < samples; ++j) {
        if (i == j) continue;
        MIXCON_REQUIRE(!is_nan(static_cast<double>(apart(i, j))), "pairing::max_distance_cycle: distance (", i, ", ", j,
                       ") is NaN.");
        if (apart(i, j) > apart(row, column)) row = i, column = j;
      }
    const index_t start = row;
    std::vector<index_t> partner(static_cast<std::size_t>(samples));
    std::vector<char> mixed(static_cast<std::size_t>(samples), 0);
    for (index_t k = 1; k < samples; ++k) {
      partner[static_cast<std::size_t>(row)] = column;
      mixed[static_cast<std::size_t>(row)] = 1;
      row = column;
      column = -1;
      for (index_t j = 0; j < samples; ++j)
        if (j != row && mixed[static_cast<std::size_t>(j)] == 0 && (column < 0 || apart(row, j) > apart(row, column)))
          column = j;
    }
    partner[static_cast<std::size_t>(row)] = start;
    return partner;
  }
};

}  // namespace mixcon::pairing

MIXCON_STRICT_FLOATS_END
