// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The plain executor, and the oracle of the others.

#include <mixcon/contrast/doors.hpp>

#include <mixcon/engine/call/pair_gradient.hpp>
#include <mixcon/engine/value_and_grad.hpp>  // the calls that an engine is for

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The plain reference engine: one pair after another, on the calling thread, in any floating type. What the others are
/// tested against.
struct serial {
  template <class Problem>
  void gather(const Problem& p, typename Problem::row_states& states) const {
    for (index_t a = 0; a < p.anchors.count(); ++a) {
      detail::gather_by_pair<Problem> observe(p);
      detail::visit_own(p, a, observe);
      detail::visit_shared(p, a, observe);
      observe.add_to(states[static_cast<std::size_t>(a)]);
    }
  }

  template <class Problem, class Saved>
  void scatter(const Problem& p, const Saved& saved, detail::packed_gradients<typename Problem::number>& to) const {
    for (index_t a = 0; a < p.anchors.count(); ++a) {
      to.clear_row(a);
      if (!saved.used[static_cast<std::size_t>(a)]) continue;
      auto add = [&](const auto& visited) { detail::add_pair(p, saved, a, visited, to); };
      detail::visit_own(p, a, add);
      detail::visit_shared(p, a, add);
    }
  }

  /// The calling thread alone.
  static constexpr index_t workers() { return 1; }
  /// Calls row(i, how) for every i in [0, number), in order.
  template <class Row>
  void rows(index_t number, Row&& row) const {
    for (index_t i = 0; i < number; ++i) row(i, detail::one_by_one{});
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
