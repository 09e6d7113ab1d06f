// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Distances of single pairs from differences of their rows, over the whole range of their type, and their gradients.

#include <mixcon/contrast/similarity.hpp>
#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/core/number/row_lengths.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

// Distances of single pairs from differences of their rows, over the whole range of T, and their gradients.

/// Squares between these lose nothing to the smallest and largest numbers of T, nor do sums and reciprocals of them.
template <class T>
inline constexpr T least_square = static_cast<T>(sizeof(T) == sizeof(float) ? 1e-24 : 1e-240);
template <class T>
inline constexpr T largest_square = static_cast<T>(sizeof(T) == sizeof(float) ? 1e24 : 1e240);

using vectors::distance_of;

/// The distance of rows that are padded to whole vectors, on the lanes of V.
template <class V, class T = scalar_of<V>>
wide_t<T> distance_on(const T* a, const T* c, index_t pitch) {
  if constexpr (lane_count<V>() > 1) {
    V sum{};
    for (index_t k = 0; k < pitch; k += lane_count<V>()) {
      const V apart = load_as<V>(a + k) - load_as<V>(c + k);
      sum += apart * apart;
    }
    const T squared = sum_of_lanes(sum);
    if (squared > least_square<T> && squared < largest_square<T>) return std::sqrt(static_cast<wide_t<T>>(squared));
  }
  return distance_of(a, c, pitch);
}

/// The similarity of two packed rows.
template <class Similarity, class T>
T similarity_of_rows(const Similarity& similarity, const T* a, const T* c, index_t width) {
  if constexpr (is_of_distance<Similarity>) {
    return static_cast<T>(similarity.of_distance(distance_of(a, c, width)));
  } else {
    const auto dot = [width](const T* x, const T* y) {
      T sum = 0;
      for (index_t k = 0; k < width; ++k) sum += x[k] * y[k];
      return sum;
    };
    if (Similarity::linear) return similarity.value(dot(a, c), T(0), T(0));
    return similarity.value(dot(a, c), dot(a, a), dot(c, c));
  }
}

/// What a pair adds to the gradients of its rows where the similarity is a function of their distance: multiples of
/// their difference, never of the rows, which may be long.
template <class T>
class pair_pull {
  using wide = wide_t<T>;

 public:
  /// `by_distance`: d loss / d distance.
  pair_pull(wide by_distance, wide distance)
      : is_none_(by_distance == 0 || distance == 0),
        force_(-by_distance),
        distance_(distance),
        factor_(force_ / distance) {}
  /// `by_similarity`: d loss / d similarity.
  template <class Similarity>
  pair_pull(const Similarity& similarity, T by_similarity, wide distance)
      : pair_pull(by_similarity == T(0)
                      ? wide(0)
                      : static_cast<wide>(by_similarity) * static_cast<wide>(similarity.slope_by_distance(distance)),
                  distance) {}

  /// Nothing to add: the rows coincide, or the loss does not see the pair, whose rows may then be NaN.
  bool is_none() const { return is_none_; }
  /// to += the gradient by the row `self` of a pair with the row `other`; V is what the loop works on at once.
  template <class V>
  void add(T* to, const T* self, const T* other, index_t count) const {
    const wide size = factor_ < 0 ? -factor_ : factor_;
    constexpr auto low = static_cast<wide>(least_square<T>), high = static_cast<wide>(largest_square<T>);
    if (size > low && size < high && distance_ < high) {
      const V factor(static_cast<T>(factor_));
      for (index_t k = 0; k < count; k += lane_count<V>())
        store_as<V>(to + k, load_as<V>(to + k) + factor * (load_as<V>(other + k) - load_as<V>(self + k)));
    } else {
      for (index_t k = 0; k < count; ++k)
        to[k] += static_cast<T>(force_ * ((static_cast<wide>(other[k]) - static_cast<wide>(self[k])) / distance_));
    }
  }

 private:
  bool is_none_;
  wide force_, distance_, factor_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
