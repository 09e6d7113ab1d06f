// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/doors.hpp>
#include <mixcon/contrast/objective.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// How many positives, negatives and candidates of weight > 0 an anchor has: asked for every loss, beside its own
/// statistics.
struct presence {
  template <class T>
  struct state {
    T positives{}, negatives{}, visible{};
    template <int Parts>
    MIXCON_HD auto part(int k) const {
      const auto part_k = [k](const T& x) { return mixcon::part<Parts>(x, k); };
      return presence::state<decltype(part_k(visible))>{part_k(positives), part_k(negatives), part_k(visible)};
    }
  };
  template <class T>
  MIXCON_HD void observe(state<T>& s, const logit_pair<T>& p) const {
    const T seen = choose(p.weight > T(0), T(1), T(0));
    s.positives += choose(p.positive, T(1), T(0));
    s.negatives += choose(p.positive, T(0), seen);
    s.visible += seen;
  }
  template <class T>
  MIXCON_HD void merge(state<T>& s, const state<T>& other) const {
    s.positives += other.positives, s.negatives += other.negatives, s.visible += other.visible;
  }
};

template <class Statistics, class T>
struct row_types;
template <class... S, class T>
struct row_types<pack<S...>, T> {
  using states = pack<typename S::template state<T>...>;
  using readings = pack<typename S::template reading<T>...>;
};

/// One direction of a forward pass: what each anchor's row came to, and how the loss depends on it.
template <class Loss, class T>
struct saved_rows {
  static constexpr int count = loss_traits<Loss>::count;
  using readings = typename row_types<typename loss_traits<Loss>::statistics, T>::readings;
  std::vector<readings> reading;  // (N)
  std::vector<T> adjoint;         // (N, count): d loss / d statistic; 0 for an anchor that does not count
  std::vector<char> counts;       // (N): whether the formula is evaluated for this anchor
  std::vector<char> used;         // (N): whether the loss depends on the row: `counts`, or it is a positive's other end
  std::vector<T> share;           // (N, terms), for each::positive: d loss / d (a formula's value) for this anchor
  double scale_adjoint = 0;       // d loss / d logit scale that the formula itself holds
};

}  // namespace detail

/// What `forward` leaves for `backward`: O(N) numbers. One object serves any number of calls.
template <class Objective, class T>
class saved_statistics;
template <class Loss, class Similarity, class Logits, class T>
class saved_statistics<objective<Loss, Similarity, Logits>, T> {
 public:
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
