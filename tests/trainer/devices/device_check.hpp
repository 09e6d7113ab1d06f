// SPDX-License-Identifier: BSD-3-Clause
// A device's answers against those of the reference device.
#pragma once

#include "autograd/variable.hpp"
#include "devices/onednn_device.hpp"
#include "devices/reference_device.hpp"
#include "support/catch.hpp"

#include <mixcon/core/storage.hpp>
#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace mixcon_train {

inline std::vector<double> random_numbers(const shape& extents, std::uint64_t seed) {
  std::vector<double> numbers;
  for (index_t k = 0; k < extents.size(); ++k) {
    // what bfloat16 holds, so that only sums differ
    const float drawn = static_cast<float>(mixcon::philox_draws{.seed = seed}.normal("numbers", k));
    numbers.push_back(static_cast<double>(static_cast<float>(mixcon::bfloat16(drawn))));
  }
  return numbers;
}

/// A network of operators: what it gives, and the gradient of a weighted sum of that by each input.
using operation = std::function<variable(const std::vector<variable>&)>;
inline std::vector<std::vector<double>> answers_of(device& on, const std::vector<shape>& shapes, const operation& f) {
  std::vector<variable> inputs;
  std::vector<std::vector<double>> answers;
  for (std::size_t k = 0; k < shapes.size(); ++k)
    inputs.emplace_back(tensor_of(on, shapes[k], random_numbers(shapes[k], k + 1).data()), true);
  const auto keep = [&](const tensor& x) {
    answers.emplace_back(static_cast<std::size_t>(x.extents().size()));
    copy_numbers(x, answers.back().data());
  };
  const variable out = f(inputs);
  keep(out.value());
  const tensor weights = tensor_of(on, out.extents(), random_numbers(out.extents(), 77).data());
  backward(variable(filled(on, {1}, 0), out, [weights](const tensor&) { return weights; }));
  for (const variable& x : inputs) keep(x.gradient());
  return answers;
}

inline void check_on_devices(const char* name, precision of_activations, const std::vector<shape>& shapes,
                             const operation& f, double tolerance_of_bf16 = 0.01) {
  onednn_device fast(of_activations, 2);
  reference_device plain;
  const auto found = answers_of(fast, shapes, f), expected = answers_of(plain, shapes, f);
  REQUIRE(found.size() == expected.size());
  for (std::size_t n = 0; n < found.size(); ++n) {
    double largest = 1e-3, apart = 0, squares = 1e-3, squared_apart = 0;
    for (std::size_t k = 0; k < expected[n].size(); ++k) {
      const double difference = found[n][k] - expected[n][k];
      largest = std::max(largest, std::abs(expected[n][k]));
      apart = std::max(apart, std::abs(difference));
      squares += expected[n][k] * expected[n][k];
      squared_apart += difference * difference;
    }
    INFO(name << ", " << (of_activations == precision::bf16 ? "bf16" : "fp32") << ", answer " << n);
    if (of_activations == precision::fp32)
      CHECK(apart <= 2e-5 * largest);
    else  // single numbers may be far off, where rounding moves one across the edge of a rectifier
      CHECK(std::sqrt(squared_apart / squares) <= tolerance_of_bf16);
  }
}

}  // namespace mixcon_train
