// SPDX-License-Identifier: BSD-3-Clause
// Gradients against differences, in double on any device.
#pragma once

#include "autograd/variable.hpp"
#include "devices/reference_device.hpp"
#include "support/catch.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <functional>
#include <vector>

namespace mixcon_train {

inline variable random_variable(device& on, const shape& extents, std::uint64_t seed) {
  std::vector<double> numbers;
  for (index_t k = 0; k < extents.size(); ++k)
    numbers.push_back(mixcon::philox_draws{.seed = seed}.normal("numbers", k));
  return variable(tensor_of(on, extents, numbers.data()), true);
}
inline std::vector<double> numbers_in(const tensor& x) {
  std::vector<double> read(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, read.data());
  return read;
}
inline std::vector<double> numbers_in(const variable& x) { return numbers_in(x.value()); }

/// A loss of any value: the sum of its numbers, each times a weight of its own.
inline variable weighed(const variable& x) {
  device& on = x.on();
  const tensor weights = random_variable(on, x.extents(), 99).value();
  const auto factors = numbers_in(weights), numbers = numbers_in(x);
  double sum = 0;
  for (std::size_t k = 0; k < numbers.size(); ++k) sum += factors[k] * numbers[k];
  return {filled(on, {1}, sum), x, [weights](const tensor& g) { return g.on().scaled(weights, number_in(g)); }};
}

/// Checks the gradient of weighed(f(inputs)) by each input, entry by entry.
inline void check_gradients(const char* name, const std::vector<variable>& inputs, const std::function<variable()>& f) {
  backward(weighed(f()), 0.5);
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const variable& x = inputs[n];
    INFO(name << ", input " << n);
    REQUIRE(x.gradient());
    REQUIRE(x.gradient().extents() == x.extents());
    const tensor before = x.value();
    const std::vector<double> numbers = numbers_in(before), found = numbers_in(x.gradient());
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      const double step = 1e-5;
      const auto moved_by = [&](double distance) {
        std::vector<double> there = numbers;
        there[k] += distance;
        x.set(tensor_of(x.on(), x.extents(), there.data()));
        return weighed(f()).number();
      };
      const double above = moved_by(step), below = moved_by(-step);
      INFO("entry " << k);
      CHECK(found[k] == Approx(0.5 * (above - below) / (2 * step)).epsilon(1e-6).margin(1e-8));
    }
    x.set(before);
    x.clear_gradient();
  }
}

}  // namespace mixcon_train
