// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What `forward` leaves for `backward`: O(N) numbers.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/call/row_state.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// One direction of a forward pass as engines read it: views of saved_rows. Plain data, that kernels carry.
template <class Loss, class T>
struct saved_view {
  using readings = row_readings<typename loss_traits<Loss>::statistics, T>;
  const readings* reading;
  const readings* at_other_end;  // by candidate
  const T* adjoint;
  const char *counts, *used;
  const T* share;
};

/// One direction of a forward pass: what each anchor's row came to, and how the loss depends on it.
template <class Loss, class T>
struct saved_rows {
  static constexpr int count = loss_traits<Loss>::count;
  using readings = row_readings<typename loss_traits<Loss>::statistics, T>;
  scratch<readings> reading;    // (N)
  scratch<readings> elsewhere;  // (M): the candidates' own, where these are not the anchors of this process
  scratch<T> adjoint;           // (N, count): d loss / d statistic; 0 for an anchor that does not count
  scratch<char> counts;         // (N): whether the formula is evaluated for this anchor
  scratch<char> used;           // (N): whether the loss depends on the row: `counts`, or it is a positive's other end
  scratch<T> share;             // (N, terms), for each::positive: d loss / d (a formula's value) for this anchor
  double scale_adjoint = 0;     // d loss / d logit scale that the formula itself holds

  saved_rows() = default;
  explicit saved_rows(workspace* memory)
      : reading(memory), elsewhere(memory), adjoint(memory), counts(memory), used(memory), share(memory) {}

  saved_view<Loss, T> view() const {
    return {reading.data(), elsewhere.empty() ? reading.data() : elsewhere.data(),
            adjoint.data(), counts.data(),
            used.data(),    share.data()};
  }
};

}  // namespace detail

/// What `forward` leaves for `backward`: O(N) numbers. One object serves any number of calls.
template <class Objective, class T>
class saved_statistics;
template <class Loss, class Similarity, class Logits, class T>
class saved_statistics<objective<Loss, Similarity, Logits>, T> {
 public:
  saved_statistics() = default;
  explicit saved_statistics(workspace* memory) : rows(memory), columns(memory) {}

  /// Statistic k of every anchor, in the order of the loss's `statistics()`: (N).
  template <int Position>
  std::vector<T> values() const {
    std::vector<T> all;
    for (const auto& reading : rows.reading) all.push_back(get<Position>(reading).value);
    return all;
  }

  detail::saved_rows<Loss, T> rows, columns;
};

namespace detail {
template <class Objective, class T>
inline constexpr bool is_part_of_call<saved_statistics<Objective, T>> = true;
}  // namespace detail

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
