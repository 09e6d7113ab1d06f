// SPDX-License-Identifier: BSD-3-Clause
// Every formula among the public losses, for tests that iterate over them: made ready for use, and in parts that
// compile quickly.
#pragma once

#include <mixcon/losses/all_losses.hpp>

#include <vector>

namespace mixcon_test {

/// The loss as it is made by default; at a temperature, if it has one; with numbers for each anchor, if it wants some.
template <class Loss>
Loss ready(const std::vector<double>& numbers, double temperature = 0.5) {
  Loss loss{};
  if constexpr (requires { loss.temperature; }) loss.temperature = temperature;
  if constexpr (requires { loss.kappa; }) loss.kappa = mixcon::view(numbers);
  if constexpr (requires { loss.lambda; }) loss.lambda = mixcon::view(numbers);
  return loss;
}

/// How many programs share the list out among them.
constexpr int parts_of_list = 4;

/// Calls visit.operator()<Loss>(position) for the losses at positions Part, Part + Parts, ...
template <int Part, int Parts, class Visit, class... Loss>
void for_each_listed_loss(Visit&& visit, const mixcon::pack<Loss...>*) {
  int position = 0;
  [[maybe_unused]] auto at = [&]<class L, bool mine>() {
    if constexpr (mine) visit.template operator()<L>(position);
    ++position;
  };
  [&]<int... k>(std::integer_sequence<int, k...>) {
    (at.template operator()<Loss, k % Parts == Part>(), ...);
  }(std::make_integer_sequence<int, static_cast<int>(sizeof...(Loss))>{});
}
template <int Part, int Parts = parts_of_list, class Visit>
void for_each_listed_loss(Visit&& visit) {
  for_each_listed_loss<Part, Parts>(visit, static_cast<const mixcon::all_losses::formulas<>*>(nullptr));
}

}  // namespace mixcon_test
