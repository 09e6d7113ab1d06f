// SPDX-License-Identifier: BSD-3-Clause
// Infinite Class Mixup of inputs of two bytes: what it says of the same numbers in float.
#include "support/catch.hpp"

#include <mixcon/core/storage.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/infinite_class_mixup.hpp>

#include <cstddef>
#include <vector>

using namespace mixcon;

namespace {

struct sizes {
  index_t samples, width, classes;
};

/// Numbers in [-1, 1] that two bytes hold.
template <class E>
std::vector<E> numbers(index_t count, int seed) {
  std::vector<E> made;
  for (index_t i = 0; i < count; ++i) made.push_back(E(static_cast<float>((i * 37 + seed * 11) % 65 - 32) / 32));
  return made;
}
template <class E>
std::vector<float> widened(const std::vector<E>& from) {
  std::vector<float> made;
  for (const E& x : from) made.push_back(static_cast<float>(x));
  return made;
}
pair_targets mixtures(const sizes& of) {
  pair_targets targets;
  for (index_t i = 0; i < of.samples; ++i) {
    targets.own.push_back(i % of.classes), targets.partner.push_back((i * 3 + 1) % of.classes);
    targets.lambda.push_back(i % 7 == 3 ? 1.0 : 0.15 + 0.1 * static_cast<double>(i % 6));
  }
  return targets;
}

struct answer {
  float value = 0;
  std::vector<float> features, weight, bias;
};
template <class E, class Executor>
answer answer_of(const Executor& executor, const sizes& of, const std::vector<E>& features,
                 const std::vector<E>& weight, const std::vector<E>& bias) {
  answer to{0, std::vector<float>(features.size()), std::vector<float>(weight.size()), std::vector<float>(bias.size())};
  const axes<2> rows{of.samples, of.width}, classifier{of.classes, of.width};
  to.value = value_and_grad(executor, infinite_class_mixup{}, mixtures(of), matrix_view<const E>{features.data(), rows},
                            matrix_view<const E>{weight.data(), classifier}, bias,
                            {.features = matrix_view<float>{to.features.data(), rows},
                             .weight = matrix_view<float>{to.weight.data(), classifier},
                             .bias = view(to.bias)})
                 .value;
  return to;
}

template <class E, class Executor>
void agrees_with_float(const Executor& executor, const sizes& of) {
  const auto features = numbers<E>(of.samples * of.width, 1), weight = numbers<E>(of.classes * of.width, 2),
             bias = numbers<E>(of.classes, 3);
  const answer found = answer_of(executor, of, features, weight, bias),
               expected = answer_of(executor, of, widened(features), widened(weight), widened(bias));
  CHECK(found.value > 0);
  CHECK(found.value == expected.value);
  CHECK(found.features == expected.features);
  CHECK(found.weight == expected.weight);
  CHECK(found.bias == expected.bias);
}

}  // namespace

TEMPLATE_TEST_CASE("Infinite Class Mixup reads inputs of two bytes as the floats that they are", "[losses]", bfloat16,
                   half) {
  // By mixed weights, by the logits of classes, and by a square of these.
  for (const sizes of : {sizes{6, 5, 9}, sizes{20, 40, 3}, sizes{80, 96, 3}}) {
    agrees_with_float<TestType>(serial{}, of);
    agrees_with_float<TestType>(tiled{1}, of);
  }
}
