// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/negatives/search/approximate_top_k.hpp>
#include <mixcon/negatives/search/dated_index.hpp>

#include "negatives/search/exhaustive_index.hpp"
#include "support/catch.hpp"

#include <mixcon/engine/serial.hpp>

#include <vector>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("dated_index tells its age and its rebuilds, and refuses to be searched when it is too old", "[negatives]") {
  const auto keys = exact_unit_rows(5, 4, 1), newer = exact_unit_rows(5, 4, 2);
  dated_index held(holding<exhaustive_index>(keys), 100, 50);
  CHECK(held.age(130) == 30);
  CHECK(approximate_top_k{.k = 1}(serial{}, held.at(150), keys).score_of(0, 0) == 1);
  CHECK_THROWS_WITH(
      held.at(151),
      "dated_index: at step 151 the index of step 100 is 51 steps old; expected at most 50. Rebuild it from "
      "current rows, or allow a greater age");
  held.index().remove(3);
  CHECK(held.at(150).size() == 4);
  held.rebuild(holding<exhaustive_index>(newer), 151);
  CHECK(held.rebuilds() == std::vector<index_t>{100, 151});
  CHECK(held.at(201).size() == 5);
  CHECK_THROWS_WITH(held.age(150), ContainsSubstring("asked at step 150, before the index of step 151 was built"));
  CHECK_THROWS_WITH(held.rebuild(holding<exhaustive_index>(keys), 150),
                    ContainsSubstring("a rebuild at step 150 after one at step 151; expected steps that ascend"));
  CHECK_THROWS_WITH((dated_index(holding<exhaustive_index>(keys), 0, -1)), ContainsSubstring("an age of at most -1"));
}
