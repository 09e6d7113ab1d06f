// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

namespace {

/// Rows that E holds, as given: after a normalisation they would be rounded again.
template <class E>
void check(const char* title, double gradient_bound) {
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.2}, mixcon::dot_product{}};
  criterion.direction = {0.75, 0.5};
  const auto a = rows_held_by<E>(66, 70, 1), c = rows_held_by<E>(130, 70, 2);
  check_moments<E>(title, criterion, mixcon::diagonal_targets{}, a, &c, {2e-5, gradient_bound});
}

}  // namespace

TEST_CASE("Rows of two bytes agree with serial on moments, to what their weights are rounded to", "[gpu]") {
  check<mixcon::bfloat16>("bfloat16", 4e-3);
  check<mixcon::half>("half", 1e-3);
}
