// SPDX-License-Identifier: BSD-3-Clause
#include "support/agreement.hpp"
#include "support/catch.hpp"

#include <mixcon/mixes/alignmix.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Feature maps (N, C, 2, 3).
struct maps {
  maps(index_t samples, index_t of_channels, std::uint64_t seed) : count(samples), channels(of_channels) {
    random_numbers draw(seed);
    for (index_t k = 0; k < count * channels * 6; ++k) values.push_back(draw.normal());
  }
  tensor_view<const double, 4> view() const { return {values.data(), {count, channels, 2, 3}}; }
  tensor_view<double, 4> view() { return {values.data(), {count, channels, 2, 3}}; }

  index_t count, channels;
  std::vector<double> values;
};

mix_plan<transported_tokens> plan_of(const maps& features, bool moves_own, double lambda) {
  auto plan = alignmix<>{}.plan(features.view(), philox_draws{.seed = 3});
  plan.region.moves_own = moves_own;
  plan.lambda = {lambda};
  return plan;
}

}  // namespace

TEST_CASE("every token of the partner is shared out wholly", "[mix]") {
  const maps features(5, 3, 1);
  const auto plan = alignmix<>{.transport = {.regularisation = 2, .max_iterations = 500, .threshold = 0}}.plan(
      features.view(), philox_draws{.seed = 2});
  CHECK(plan.region.tokens == 6);
  for (index_t n = 0; n < 5; ++n)
    for (index_t k = 0; k < 6; ++k) {
      double row = 0, column = 0;
      for (index_t other = 0; other < 6; ++other) {
        row += plan.region.share(n, k, other);
        column += plan.region.share(n, other, k);
      }
      CHECK(row == Approx(1).margin(1e-3));
      CHECK(column == Approx(1).margin(1e-6));
    }
}

TEST_CASE("a sample whose partner is itself, with its tokens in another order, finds them again", "[mix]") {
  maps features(2, 4, 4);
  const index_t order[] = {4, 0, 5, 2, 1, 3};
  for (index_t c = 0; c < 4; ++c)
    for (index_t t = 0; t < 6; ++t) {
      features.values[static_cast<std::size_t>(c * 6 + t)] *= 5;  // far apart, so that the match is sharp
      features.values[static_cast<std::size_t>(24 + c * 6 + order[t])] =
          features.values[static_cast<std::size_t>(c * 6 + t)];
    }
  const auto assignment = alignmix<>{}.matched(features.view(), {1, 0}).assignment;
  for (index_t t = 0; t < 6; ++t)
    CHECK(assignment[static_cast<std::size_t>(t * 6 + order[t])] == Approx(1).margin(1e-3));
}

TEST_CASE("mixed maps are what the definition says, and lambda 1 and 0 keep one sample", "[mix]") {
  const maps features(3, 2, 5);
  for (const bool moves_own : {false, true})
    for (const double lambda : {0.0, 0.3, 1.0}) {
      const auto plan = plan_of(features, moves_own, lambda);
      maps mixed(3, 2, 0);
      blend(plan, features.view(), mixed.view());
      const auto value = [&](index_t n, index_t c, index_t t) {
        return features.values[static_cast<std::size_t>((n * 2 + c) * 6 + t)];
      };
      for (index_t n = 0; n < 3; ++n)
        for (index_t c = 0; c < 2; ++c)
          for (index_t t = 0; t < 6; ++t) {
            const index_t other = plan.partner_of(n);
            double moved = 0;
            for (index_t s = 0; s < 6; ++s)
              moved += moves_own ? plan.region.share(n, s, t) * value(n, c, s)
                                 : plan.region.share(n, t, s) * value(other, c, s);
            const double expected = moves_own ? lambda * moved + (1 - lambda) * value(other, c, t)
                                              : lambda * value(n, c, t) + (1 - lambda) * moved;
            CHECK(mixed.values[static_cast<std::size_t>((n * 2 + c) * 6 + t)] == Approx(expected).margin(1e-13));
          }
    }
}

TEST_CASE("unblend is the adjoint of blend for aligned maps", "[mix]") {
  const maps features(4, 3, 6), upstream(4, 3, 7);
  for (const bool moves_own : {false, true}) {
    const auto plan = plan_of(features, moves_own, 0.3);
    maps mixed(4, 3, 0), gradient(4, 3, 0);
    gradient.values.assign(gradient.values.size(), 0);
    blend(plan, features.view(), mixed.view());
    unblend(plan, upstream.view(), gradient.view());
    double forward = 0, backward = 0;
    for (std::size_t k = 0; k < mixed.values.size(); ++k) {
      forward += mixed.values[k] * upstream.values[k];
      backward += gradient.values[k] * features.values[k];
    }
    CHECK(forward == Approx(backward).epsilon(1e-12));
  }
}

TEST_CASE("alignmix refuses maps and rules that it cannot match, with one sentence", "[mix]") {
  const std::vector<float> large(2 * 65 * 65);
  const tensor_view<const float, 4> wide{large.data(), {2, 1, 65, 65}};
  CHECK_THAT(refusal_of([&] { alignmix<>{}.plan(wide, philox_draws{}); }),
             ContainsSubstring("4225 tokens; expected 1 to 4096"));
  const maps features(2, 1, 8);
  const alignmix<> without_entropy{.transport = {.regularisation = 0}};
  CHECK_THAT(refusal_of([&] { without_entropy.plan(features.view(), philox_draws{}); }),
             ContainsSubstring("regularisation 0"));
  auto plan = plan_of(features, false, 0.5);
  plan.region.assignment.pop_back();
  maps mixed(2, 1, 0);
  CHECK_THAT(refusal_of([&] { blend(plan, features.view(), mixed.view()); }),
             ContainsSubstring("the assignment has 71 numbers"));
}
