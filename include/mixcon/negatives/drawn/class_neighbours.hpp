// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Finds the nearest classes of every class, and how likely each is to be drawn.

#include <mixcon/contrast/similarity.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/negatives/drawn/alias_table.hpp>
#include <mixcon/negatives/search/top_k.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// For each of C classes the classes nearest to it, and how likely each is to be drawn.
struct class_neighbours {
  index_t classes = 0, nearest = 0;
  std::vector<std::int32_t> neighbour{};  // (C, k), nearest first; of equal similarity the lower class
  std::vector<double> probability{};      // (C, k)
  std::vector<alias_table> tables{};      // (C)

  std::int32_t of(index_t c, index_t k) const { return neighbour[static_cast<std::size_t>(c * nearest + k)]; }
  double probability_of(index_t c, index_t k) const { return probability[static_cast<std::size_t>(c * nearest + k)]; }
  /// How likely class `other` is to be drawn for class c; 0 when it is not near.
  double probability_of_class(index_t c, std::int64_t other) const {
    for (index_t k = 0; k < nearest; ++k)
      if (of(c, k) == other) return probability_of(c, k);
    return 0;
  }
};

/// How classes on the list are drawn: all alike, by max(similarity, 0), or by e^(similarity / temperature).
enum class neighbour_draw { uniform, proportional, softmax };

/// Which classes count as near, and how they are drawn.
struct class_neighbourhood {
  index_t nearest = 5;  // k, in [1, C - 1]
  neighbour_draw draw = neighbour_draw::uniform;
  double temperature = 0.1;  // of `softmax`, > 0

  /// From similarities of classes (C, C): a confusion matrix, say, in which row c is the mean prediction for samples of
  /// class c. The diagonal is not read.
  template <detail::GivenTensor<2> Similarities>
  class_neighbours from_similarities(const Similarities& tensor) const {
    class_neighbours found;
    from_similarities_again(found, tensor);
    return found;
  }
  /// The same into one of before: with a workspace, nothing is allocated for as many classes and neighbours.
  template <detail::GivenTensor<2> Similarities>
  void from_similarities_again(class_neighbours& found, const Similarities& tensor,
                               const in_workspace& memory = in_workspace::none()) const {
    const auto similarity = view<2>(tensor);
    const index_t classes = similarity.extent(0);
    MIXCON_REQUIRE(classes >= 2 && similarity.extent(1) == classes, "class_neighbourhood: similarities are ",
                   similarity.extents(), "; expected a square matrix of at least 2 classes");
    MIXCON_REQUIRE(nearest >= 1 && nearest < classes, "class_neighbourhood: nearest is ", nearest, " of ", classes,
                   " classes; expected 1 to one less than the classes");
    MIXCON_REQUIRE(draw != neighbour_draw::softmax || (temperature > 0 && temperature - temperature == 0),
                   "class_neighbourhood: temperature is ", temperature, "; expected a finite number > 0");
    found.classes = classes, found.nearest = nearest;
    found.neighbour.resize(static_cast<std::size_t>(classes * nearest));
    found.probability.resize(found.neighbour.size());
    found.tables.resize(static_cast<std::size_t>(classes));
    detail::best_keys<double> best(nearest, memory.memory);
    for (index_t c = 0; c < classes; ++c) {
      best.start();
      for (index_t other = 0; other < classes; ++other) {
        if (other == c) continue;
        const auto score = static_cast<double>(similarity(c, other));
        MIXCON_REQUIRE(score - score == 0, "class_neighbourhood: the similarity of classes ", c, " and ", other, " is ",
                       score, "; expected a finite number. Is a class without samples?");
        if (best.may_enter(score)) best.add(score, other);
      }
      take(found, c, best, memory);
    }
  }
  /// From a row for each class (C, E): word vectors of the names, or `class_prototypes`. Similarity is the cosine.
  template <detail::GivenTensor<2> Rows>
  class_neighbours from_embeddings(const Rows& tensor) const {
    const auto rows_of_classes = detail::rows_as_read(tensor, rows::unit);
    using T = std::remove_cvref_t<decltype(*rows_of_classes.row(0))>;
    const index_t classes = rows_of_classes.count();
    std::vector<double> cosines(static_cast<std::size_t>(classes * classes));
    for (index_t c = 0; c < classes; ++c) {
      MIXCON_REQUIRE(!(rows_of_classes.squared_length(c) < T(0.5)), "class_neighbourhood: the embedding of class ", c,
                     " has length 0; expected a direction. Is the class without samples?");
      for (index_t other = 0; other < classes; ++other)
        cosines[static_cast<std::size_t>(c * classes + other)] =
            static_cast<double>(rows_of_classes.dot(rows_of_classes.row(c), rows_of_classes.row(other)));
    }
    return from_similarities(matrix_view<const double>{cosines.data(), {classes, classes}});
  }

 private:
  /// The neighbours of class c.
  void take(class_neighbours& found, index_t c, detail::best_keys<double>& best, const in_workspace& memory) const {
    using std::exp;
    const auto ranked = best.ranked();
    double* const probability = found.probability.data() + c * nearest;
    double sum = 0;
    for (index_t k = 0; k < nearest; ++k) {
      const auto& [score, other] = ranked[static_cast<std::size_t>(k)];
      found.neighbour[static_cast<std::size_t>(c * nearest + k)] = static_cast<std::int32_t>(other);
      double weight = 1;
      if (draw == neighbour_draw::proportional) weight = (score > 0 ? score : 0) + 1e-12;
      if (draw == neighbour_draw::softmax) weight = exp((score - ranked[0].score) / temperature);
      probability[k] = weight;
      sum += weight;
    }
    for (index_t k = 0; k < nearest; ++k) probability[k] /= sum;
    found.tables[static_cast<std::size_t>(c)].set({probability, {nearest}}, memory);
  }
};

/// The mean direction of each class's rows (N, D), (C, D): unit rows averaged and made unit again. A class without rows
/// is refused.
template <detail::GivenTensor<2> Rows>
std::vector<double> class_prototypes(const Rows& tensor, const integer_view& labels, index_t classes) {
  const auto unit = detail::rows_as_read(tensor, rows::unit);
  MIXCON_REQUIRE(labels.size() == unit.count(), "class_prototypes: ", labels.size(), " labels for ", unit.count(),
                 " rows; expected one each");
  std::vector<double> sums(static_cast<std::size_t>(classes * unit.width()));
  std::vector<index_t> members(static_cast<std::size_t>(classes));
  for (index_t i = 0; i < unit.count(); ++i) {
    MIXCON_REQUIRE(labels[i] >= 0 && labels[i] < classes, "class_prototypes: label ", i, " is ", labels[i], " for ",
                   classes, " classes; expected 0 to one less");
    ++members[static_cast<std::size_t>(labels[i])];
    for (index_t x = 0; x < unit.width(); ++x)
      sums[static_cast<std::size_t>(labels[i] * unit.width() + x)] += static_cast<double>(unit.row(i)[x]);
  }
  for (index_t c = 0; c < classes; ++c)
    MIXCON_REQUIRE(members[static_cast<std::size_t>(c)] > 0, "class_prototypes: class ", c,
                   " has no rows; expected at least one each");
  const auto directions =
      detail::rows_as_read(matrix_view<const double>{sums.data(), {classes, unit.width()}}, rows::unit);
  for (index_t c = 0; c < classes; ++c)
    for (index_t x = 0; x < unit.width(); ++x)
      sums[static_cast<std::size_t>(c * unit.width() + x)] = directions.row(c)[x];
  return sums;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
