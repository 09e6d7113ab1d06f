// SPDX-License-Identifier: BSD-3-Clause
// How far a loss's answer may be from its reference.
#pragma once

#include "cases/loss_case.hpp"
#include "support/agreement.hpp"

namespace mixcon_test {

/// How many candidates a call has at most, and their width.
struct call_extent {
  index_t candidates = 1, width = 1;
};
inline call_extent extent_of(const loss_arguments& given) {
  call_extent of;
  for (const auto& m : given.rows) of.candidates += m.rows(), of.width = std::max(of.width, m.width());
  return of;
}

/// losses.md 4.11 in float; 1e-12 in double, more where logits are beyond 100.
template <class T>
long double bound_of(const loss_case& loss, const loss_arguments& given, const reference_answer& expected) {
  const call_extent of = extent_of(given);
  return static_cast<long double>(loss.slack) *
         value_bound<T>(of.candidates, of.width, expected.largest_logit, expected.value);
}

inline reference_answer reference_of(const loss_case& loss, const loss_arguments& given) {
  const auto rows = rows_in<long double>(given);
  return loss.reference(given, rows, rows);
}

inline const any_engine engines[] = {{.is_tiled = false}, {.is_tiled = true}};

}  // namespace mixcon_test
