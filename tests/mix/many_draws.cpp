// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/mix/many_draws.hpp>
#include <mixcon/mix/recorded_draws.hpp>

#include "support/catch.hpp"

using namespace mixcon;

TEST_CASE("many uniform draws are the single ones", "[mix]") {
  const philox_draws draws = philox_draws{.seed = 4, .step = 9}.within("policy");
  const detail::uniforms many(draws, "seed");
  for (index_t i = 0; i < 1000; ++i) CHECK(many(i) == draws.uniform("seed", i, 0, 1));
  recorded_draws recorded;
  recorded.record("seed", {0.25, 0.5});
  CHECK(detail::uniforms(recorded, "seed")(1) == 0.5);
}

TEST_CASE("a pair of normal draws depends on its field and number alone, or is what was recorded", "[mix]") {
  const philox_draws draws{.seed = 4, .step = 9};
  const detail::normal_pairs some(draws, "noise"), others(draws, "other noise");
  const auto pair = some(7);
  CHECK(pair.first == detail::normal_pairs(draws, "noise")(7).first);
  CHECK(pair.second == detail::normal_pairs(draws, "noise")(7).second);
  CHECK(pair.first != pair.second);
  CHECK(pair.first != some(8).first);
  CHECK(pair.first != others(7).first);
  recorded_draws recorded;
  recorded.record("noise", {1, 2, 3, 4});
  CHECK(detail::normal_pairs(recorded, "noise")(1).first == 3);
  CHECK(detail::normal_pairs(recorded, "noise")(1).second == 4);
}
