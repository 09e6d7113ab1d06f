// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/engine/problem.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// One pair, as a plain loop comes by it.
template <class T>
struct visited_pair {
  logit_pair<T> pair;
  T similarity;
  similarity_slopes<T> slopes;
  const T* row;       // the candidate's
  index_t candidate;  // among the own (of all anchors) or the shared ones
  bool is_own;
};

template <class Problem, class T = typename Problem::number>
T similarity_of(const Problem& p, index_t a, const packed_rows<T>& rows, index_t c, similarity_slopes<T>& slopes) {
  if constexpr (Problem::is_given) {
    slopes = {T(1), T(0)};
    return p.similarity.template at<T>(a, c);
  } else {
    const T dot = rows.dot(p.anchors.row(a), rows.row(c));
    const T aa = Problem::linear ? T(0) : p.anchors.squared_length(a),
            cc = Problem::linear ? T(0) : rows.squared_length(c);
    slopes = p.similarity.slopes(dot, aa, cc);
    return p.similarity.value(dot, aa, cc);
  }
}

/// Calls visit(visited_pair) for each of the anchor's own candidates.
template <class Problem, class Visit>
void visit_own(const Problem& p, index_t a, Visit&& visit) {
  using T = typename Problem::number;
  for (index_t j = 0; j < p.own_count; ++j) {
    const index_t c = a * p.own_count + j;
    similarity_slopes<T> slopes;
    const T s = similarity_of(p, a, p.own, c, slopes);
    visit(visited_pair<T>{p.own_pair(a, j, s), s, slopes, p.own.row(c), c, true});
  }
}
/// Calls visit(visited_pair) for every shared candidate, in order.
template <class Problem, class Visit>
void visit_shared(const Problem& p, index_t a, Visit&& visit) {
  using T = typename Problem::number;
  for (index_t c = 0; c < p.candidates.count(); ++c) {
    similarity_slopes<T> slopes;
    const T s = similarity_of(p, a, p.candidates, c, slopes);
    visit(visited_pair<T>{p.shared_pair(a, c, s), s, slopes, p.candidates.row(c), c, false});
  }
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
