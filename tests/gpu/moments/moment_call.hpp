// SPDX-License-Identifier: BSD-3-Clause
// One public call by moments, compared with `serial` in double. Comes after gpu/emulator/emulator.hpp.
#pragma once

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>

namespace mixcon_test {

/// How far moments may be from `serial` on rows that their operands hold: gpu/tiles has the same bounds.
struct moment_bounds {
  double value = 2e-5, gradient = 2e-5;
};

/// The value and all gradients of a call in both directions that it has; without candidates, the anchors are these.
/// The call's types must be those of moments.
template <class E = float, class Objective, class Targets>
void check_moments(const char* title, const Objective& criterion, const Targets& targets, const numbers_by_row& anchors,
                   const numbers_by_row* candidates = nullptr, const moment_bounds& bounds = {}) {
  using types = mixcon::gpu::call_types<Objective, Targets, mixcon::detail::arguments<E>>;
  static_assert(mixcon::gpu::fits_moments<typename types::Rows> && mixcon::gpu::fits_moments<typename types::Columns>);
  INFO(title);
  const tile_answer expected = tiles_expected(criterion, targets, anchors, candidates);
  mixcon::gpu::emulated::the_counts() = {};
  const tile_answer found = by_tiles<E, mixcon::gpu::tier::moments>(criterion, targets, anchors, candidates);
  CHECK(tile_disagreement(found, expected, bounds.value, bounds.gradient) == "");
  CHECK(mixcon::gpu::emulated::the_counts().products > 0);
  CHECK(mixcon::gpu::emulated::the_counts().bank_conflicts == 0);
}

}  // namespace mixcon_test
