// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Visits the pairs of an anchor one by one, with their logits and roles; `serial` is made of it.

#include <mixcon/engine/call/pair_distance.hpp>
#include <mixcon/engine/call/problem.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The similarity of one pair, and what its gradient needs: slopes, or the distance that it is a function of; and what
/// the candidate's row is multiplied by.
template <class T>
struct measured_similarity {
  T value;
  similarity_slopes<T> slopes{T(1), T(0)};
  wide_t<T> distance = 0;
  T times = 1;
};

/// One pair, as a plain loop comes by it.
template <class T>
struct visited_pair {
  logit_pair<T> pair;
  measured_similarity<T> similarity;
  const T* row;       // the candidate's
  index_t candidate;  // among the own (of all anchors) or the shared ones
  bool is_own;
};

template <class Problem, class T = typename Problem::number>
measured_similarity<T> similarity_of(const Problem& p, index_t a, const packed_rows<T>& rows, index_t c) {
  if constexpr (Problem::is_given) {
    return {p.similarity.template at<T>(a, c)};
  } else if constexpr (Problem::of_distance) {
    const wide_t<T> distance = distance_of(p.anchors.row(a), rows.row(c), rows.width());
    return {static_cast<T>(p.similarity.of_distance(distance)), {}, distance};
  } else if constexpr (Problem::linear) {
    const T times = rows.times(c), dot = rows.dot(p.anchors.row(a), rows.row(c)) * times;
    return {p.similarity.value(dot, T(0), T(0)), p.similarity.slopes(dot, T(0), T(0)), {}, times};
  } else {
    const T dot = rows.dot(p.anchors.row(a), rows.row(c));
    const T aa = p.anchors.squared_length(a), cc = rows.squared_length(c);
    return {p.similarity.value(dot, aa, cc), p.similarity.slopes(dot, aa, cc)};
  }
}

/// Calls visit(visited_pair) for each of the anchor's own candidates.
template <class Problem, class Visit>
void visit_own(const Problem& p, index_t a, Visit&& visit) {
  using T = typename Problem::number;
  for (index_t j = 0; j < p.own_count; ++j) {
    const index_t c = a * p.own_count + j;
    const measured_similarity<T> s = similarity_of(p, a, p.own, c);
    visit(visited_pair<T>{p.own_pair(a, j, s.value), s, p.own.row(c), c, true});
  }
}
/// Calls visit(visited_pair) for every shared candidate, in order.
template <class Problem, class Visit>
void visit_shared(const Problem& p, index_t a, Visit&& visit) {
  using T = typename Problem::number;
  for (index_t c = 0; c < p.candidates.count(); ++c) {
    const measured_similarity<T> s = similarity_of(p, a, p.candidates, c);
    visit(visited_pair<T>{p.shared_pair(a, c, s.value), s, p.candidates.row(c), c, false});
  }
}

/// Gathers pairs one after another, some at a time in a state of their own: long sums lose few digits.
template <class Problem>
class gather_by_pair {
  using state = state_of<Problem>;

 public:
  explicit gather_by_pair(const Problem& p) : p_(p) {}
  template <class Visited>
  void operator()(const Visited& v) {
    part_.make_room(p_.statistics, v.pair);
    part_.observe(p_.statistics, v.pair);
    if (++count_ == at_once) join();
  }
  /// Merges what was seen into `whole`.
  void add_to(state& whole) {
    join();
    whole.merge(p_.statistics, whole_);
  }

 private:
  static constexpr int at_once = 32;
  void join() {
    whole_.merge(p_.statistics, part_);
    part_ = state{};
    count_ = 0;
  }

  const Problem& p_;
  state whole_{}, part_{};
  int count_ = 0;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
