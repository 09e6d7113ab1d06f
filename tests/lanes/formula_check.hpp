// SPDX-License-Identifier: BSD-3-Clause
// Formulas on lanes, against the same one by one.
#pragma once

#include "lanes/lane_types.hpp"

#include "support/catch.hpp"
#include "support/listed_losses.hpp"

namespace mixcon_test {

using namespace mixcon;

constexpr double infinity = __builtin_huge_val();

template <class L, class T>
void check_lane(const L& found, const T& expected, int k) {
  INFO("lane " << k << ": " << found[k] << ", one by one " << expected);
  CHECK(close(static_cast<double>(found[k]), static_cast<double>(expected), 4 * lane_tolerance<L>));
}
template <class L, int K>
void check_dual(const dual<L, K>& found, const dual<scalar_of<L>, K>& expected, int k) {
  check_lane(found.value, expected.value, k);
  for (int i = 0; i < K; ++i) check_lane(found.partial[i], expected.partial[i], k);
}

/// A formula at inputs that differ from lane to lane; on some lanes one of them is that of an empty set.
template <class L, class Loss>
void check_formula(const Loss& loss, random_source& random) {
  using T = scalar_of<L>;
  constexpr int count = loss_traits<Loss>::inputs;
  L statistics[static_cast<unsigned>(count)], scale(0.0F);
  for (L& s : statistics)
    s = L::each([&](int k) { return k % 3 == 2 && random.chance(0.5) ? -infinity : random.number(0.25, 4); });
  scale = L::each([&](int) { return random.number(1, 10); });
  const auto found = evaluate_formula<Loss, L>(loss, statistics, scale);
  for (int k = 0; k < width_of<L>; ++k) {
    T of_lane[static_cast<unsigned>(count)];
    for (int i = 0; i < count; ++i) of_lane[i] = statistics[i][k];
    const auto expected = evaluate_formula<Loss, T>(loss, of_lane, scale[k]);
    for (int n = 0; n < term_count<Loss>; ++n) {
      check_dual(found.of[n].value, expected.of[n].value, k);
      check_lane(found.of[n].divisor, expected.of[n].divisor, k);
    }
  }
}
/// The losses of one part of the list.
template <int Part>
void check_listed_formulas() {
  const std::vector<double> none;
  for_each_listed_loss<Part>([&]<class Loss>(int position) {
    INFO(name_of<Loss>());
    random_source random(static_cast<unsigned>(1 + position));
    auto check = [&]<class L>(pack<L>) {
      if (processor_has<L>()) check_formula<L>(ready<Loss>(none), random);
    };
    [&]<class... L>(pack<L...>) {
      for (int trial = 0; trial < 20; ++trial) (check(pack<L>{}), ...);
    }(pack<native_lanes<float>, native_lanes<double>, lanes<float, 16>>{});
  });
}

}  // namespace mixcon_test
