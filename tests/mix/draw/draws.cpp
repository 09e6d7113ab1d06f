// SPDX-License-Identifier: BSD-3-Clause
#include "support/catch.hpp"

#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/draw/recorded_draws.hpp>

#include <set>
#include <vector>

using namespace mixcon;

static_assert(Draws<philox_draws>);
static_assert(Draws<recorded_draws>);

TEST_CASE("an answer depends on what was asked, not on what was asked before", "[mix]") {
  const philox_draws draws{.seed = 5, .step = 9};
  const double first = draws.beta("lambda", 3, 0.2, 0.2);
  draws.normal("noise", 3);
  draws.integer("box_row", 3, 0, 17);
  CHECK(draws.beta("lambda", 3, 0.2, 0.2) == first);
}

TEST_CASE("every field, try, sample, policy, step and seed is a stream of its own", "[mix]") {
  std::set<double> seen;
  index_t asked = 0;
  for (const std::uint64_t seed : {0u, 1u})
    for (const std::uint64_t step : {0u, 1u})
      for (const char* policy : {"mixup", "cutmix"})
        for (const char* name : {"lambda", "partner"})
          for (const index_t attempt : {0, 1, 256})
            for (const index_t sample : {0, 1}) {
              const philox_draws draws = philox_draws{.seed = seed, .step = step}.within(policy);
              seen.insert(draws.uniform(field(name).on_try(attempt), sample, 0, 1));
              ++asked;
            }
  CHECK(static_cast<index_t>(seen.size()) == asked);
  const philox_draws draws{.seed = 1};
  CHECK(draws.uniform("lambda", 0, 0, 1) != draws.within("mixup").uniform("lambda", 0, 0, 1));
  CHECK(draws.within("a").within("b").uniform("x", 0, 0, 1) != draws.within("b").uniform("x", 0, 0, 1));
}

TEST_CASE("uniform numbers and integers stay in their half open range", "[mix]") {
  const philox_draws draws{.seed = 2};
  bool low = false, high = false;
  for (index_t i = 0; i < 2000; ++i) {
    const double real = draws.uniform("u", i, -1, 3);
    REQUIRE((real >= -1 && real < 3));
    const index_t whole = draws.integer("k", i, -2, 3);
    REQUIRE((whole >= -2 && whole < 3));
    low = low || whole == -2, high = high || whole == 2;
  }
  CHECK(low);
  CHECK(high);
  CHECK_THROWS_WITH(draws.integer("k", 0, 3, 3), ContainsSubstring("uniform_integer: n is 0"));
}

TEST_CASE("the same seed gives these numbers with every compiler", "[mix]") {
  const philox_draws draws = philox_draws{.seed = 20, .step = 3}.within("mixup");
  CHECK(draws.uniform("lambda", 1, 0, 1) == 0x1.441ca71b3957cp-2);
  CHECK(draws.beta("lambda", 1, 0.4, 0.7) == 0x1.d888a07ac557ap-1);
  CHECK(draws.normal("noise", 1) == -0x1.03f3639c61cffp+1);
  CHECK(draws.integer("box_row", 1, 0, 1000) == 464);
  std::vector<index_t> order(6);
  draws.permutation("partner", order);
  CHECK(order == std::vector<index_t>{4, 5, 2, 3, 0, 1});
}

TEST_CASE("recorded draws answer with what was recorded", "[mix]") {
  recorded_draws draws;
  draws.record("lambda", {0.25, 0.75});
  draws.record(field("lambda").on_try(1), {0.5});
  draws.record("partner", {2, 0, 1});
  draws.record("weights", {0.1, 0.9, 0.6, 0.4});
  CHECK(draws.beta("lambda", 1, 1, 1) == 0.75);
  CHECK(draws.within("mixup").uniform(field("lambda").on_try(1), 0, 0, 1) == 0.5);
  std::vector<index_t> order(3);
  draws.permutation("partner", order);
  CHECK(order == std::vector<index_t>{2, 0, 1});
  const std::vector<double> concentration(2, 1.0);
  std::vector<double> weights(2);
  draws.dirichlet("weights", 1, concentration, weights);
  CHECK(weights == std::vector<double>{0.6, 0.4});
}

TEST_CASE("recorded draws refuse what does not answer the question", "[mix]") {
  recorded_draws draws;
  draws.record("lambda", {1.5});
  draws.record("row", {7});
  draws.record("half", {2.5});
  draws.record("partner", {0, 0, 1});
  std::vector<index_t> order(3);
  CHECK_THROWS_WITH(draws.beta("lambda", 0, 1, 1), ContainsSubstring("\"lambda\" is 1.5"));
  CHECK_THROWS_WITH(draws.integer("row", 0, 0, 7), ContainsSubstring("asks for an integer in [0, 7)"));
  CHECK_THROWS_WITH(draws.integer("half", 0, 0, 7), ContainsSubstring("\"half\" is 2.5"));
  CHECK_THROWS_WITH(draws.uniform("row", 0, 0, 7), ContainsSubstring("in [0, 7)"));
  CHECK_THROWS_WITH(draws.permutation("partner", order), ContainsSubstring("names 0 twice"));
  CHECK_THROWS_WITH(draws.normal("noise", 0), ContainsSubstring("nothing is recorded for \"noise\", try 0"));
  CHECK_THROWS_WITH(draws.normal("row", 1), ContainsSubstring("\"row\" has 1 numbers"));
}
