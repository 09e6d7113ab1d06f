// SPDX-License-Identifier: BSD-3-Clause
// Every statistic on vector lanes gathers, and weighs, what it does on single numbers.
#include "laws/statistic_cases.hpp"
#include "support/catch.hpp"

#include <mixcon/core/number/lanes.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

template <class T>
logit_pair<T> narrowed(const logit_pair<double>& p) {
  return {static_cast<T>(p.x), static_cast<T>(p.weight), static_cast<T>(p.target), p.positive, p.candidate};
}

/// As many consecutive pairs as there are lanes.
template <class Lanes, class T = scalar_of<Lanes>>
logit_pair<Lanes> on_lanes(const logit_pair<T>* first) {
  return {Lanes::each([&](int k) { return first[k].x; }), Lanes::each([&](int k) { return first[k].weight; }),
          Lanes::each([&](int k) { return first[k].target; }),
          mask_of<Lanes>::each([&](int k) { return first[k].positive; }), first->candidate};
}

template <class T>
bool near(T a, T b, double size) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return std::fabs(static_cast<double>(a - b)) <=
         32 * static_cast<double>(std::numeric_limits<T>::epsilon()) * (1 + size);
}

}  // namespace

TEMPLATE_TEST_CASE("a statistic on lanes, its lanes merged, is the statistic of all pairs", "[laws]", float, double) {
  using vector = native_lanes<TestType>;
  constexpr index_t width = lane_count<vector>();
  for_each_statistic([](const char* name, const auto& statistic) {
    using S = std::remove_cvref_t<decltype(statistic)>;
    random_numbers draw(1);
    for (int i = 0; i < 100; ++i) {
      const index_t groups = draw.between(1, 4);
      std::vector<logit_pair<TestType>> pairs;
      for (const auto& p : random_pairs(groups * width, draw)) pairs.push_back(narrowed<TestType>(p));
      if (i % 10 == 9)
        pairs[static_cast<std::size_t>(draw.below(groups * width))].x = std::numeric_limits<TestType>::quiet_NaN();
      typename S::template state<vector> lanes;
      for (index_t g = 0; g < groups; ++g) take(statistic, lanes, on_lanes<vector>(pairs.data() + g * width));
      typename S::template state<TestType> merged, plain;
      for (int k = 0; k < width; ++k) statistic.merge(merged, lanes.template part<width>(k));
      for (const auto& p : pairs) take(statistic, plain, p);
      const auto reading = read(statistic, plain, 0);
      INFO(name << " of " << groups << " groups");
      CHECK(near(read(statistic, merged, 0).value, reading.value, static_cast<double>(8 * groups * width)));

      const auto spread = reading.template spread<vector>();
      for (index_t g = 0; g < groups; ++g) {
        const auto slope = statistic.slope(spread, on_lanes<vector>(pairs.data() + g * width));
        const auto by_target = statistic.target_slope(spread, on_lanes<vector>(pairs.data() + g * width));
        for (int k = 0; k < width; ++k) {
          const auto& p = pairs[static_cast<std::size_t>(g * width + k)];
          const TestType alone = statistic.slope(reading, p), target_alone = statistic.target_slope(reading, p);
          INFO("pair " << g * width + k << ": slope " << slope[k] << ", alone " << alone << ", by target "
                       << by_target[k] << ", alone " << target_alone);
          CHECK(near(slope[k], alone, static_cast<double>(std::fabs(alone))));
          CHECK(near(by_target[k], target_alone, static_cast<double>(std::fabs(target_alone))));
        }
      }
    }
  });
}
