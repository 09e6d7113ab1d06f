// SPDX-License-Identifier: BSD-3-Clause
// Compares the numbers of all units (UNITS names them) on each instruction set of this processor with those of the
// first unit as compiled. Units whose functions all are inlined would have the same bits on AVX-512; a user's that
// never are follow the flags of their file.
#include "dispatch/units.hpp"

#include <mixcon/core/number/instruction_sets.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>

#define UNIT(name) void name(double* results);
UNITS
#undef UNIT

int main() {
  using mixcon::instruction_set;
  struct named {
    const char* name;
    void (*of)(double*);
  };
#define UNIT(name) {#name, name},
  const named units[] = {UNITS};
#undef UNIT
  const instruction_set best = mixcon::detail::instruction_set_of_processor();
  double expected[numbers_of_unit] = {};
  int wrong = 0;
  for (const instruction_set set : {instruction_set::as_compiled, instruction_set::avx2, instruction_set::avx512}) {
    if (set > best) continue;
    mixcon::use_instruction_set(set);
    double first[numbers_of_unit] = {};
    for (const named& unit : units) {
      double found[numbers_of_unit] = {};
      unit.of(found);
      if (&unit == units) std::memcpy(first, found, sizeof first);
      if (&unit == units && set == instruction_set::as_compiled) std::memcpy(expected, found, sizeof expected);
      double worst[2] = {};
      for (int k = 0; k < numbers_of_unit; ++k) {
        const double apart = std::fabs(found[k] - expected[k]) / std::fmax(1.0, std::fabs(expected[k]));
        double& largest = worst[k < numbers_of_unit / 2 ? 0 : 1];
        if (!(apart <= largest)) largest = apart;  // NaN too
      }
      const bool is_right = worst[0] <= 2e-5 && worst[1] <= 1e-12;
      const bool has_bits = std::memcmp(found, first, sizeof first) == 0;
      wrong += is_right ? 0 : 1;
      std::printf("%s  set %d  %-16s float %.1e  double %.1e%s\n", is_right ? "ok   " : "WRONG", static_cast<int>(set),
                  unit.name, worst[0], worst[1], has_bits ? "  bits of the first" : "");
    }
  }
  return wrong == 0 ? 0 : 1;
}
