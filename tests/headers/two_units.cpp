// SPDX-License-Identifier: BSD-3-Clause
// Links two units that include everything, and compares what they compute.
#include "two_units.hpp"

#include <cmath>
#include <cstdio>

int main() {
#ifdef NEEDS_AVX2
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 77;  // ctest: skipped
#endif
  const two_units::answers first = two_units::first_answers(), second = two_units::second_answers();
  if (first.plan.empty() || first.plan != second.plan) return std::puts("the plans differ"), 1;
  if (first.sizes != second.sizes) return std::puts("the sizes of types differ"), 1;
  if (first.losses.empty() || first.losses.size() != second.losses.size()) return std::puts("a loss is missing"), 1;
  for (std::size_t i = 0; i < first.losses.size(); ++i)
    if (!(std::abs(first.losses[i] - second.losses[i]) <= 1e-5)) {
      std::printf("number %zu: %.17g in one unit, %.17g in the other\n", i, first.losses[i], second.losses[i]);
      return 1;
    }
}
