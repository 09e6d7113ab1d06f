// SPDX-License-Identifier: BSD-3-Clause
#include "lanes/formula_check.hpp"

TEST_CASE("Every loss's formula and its derivatives are the same on lanes as one by one, part 4", "[lanes]") {
  mixcon_test::check_listed_formulas<3>();
}
