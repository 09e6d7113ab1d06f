// SPDX-License-Identifier: BSD-3-Clause
// What the three public calls promise of their outputs: which set, which add, and which may be the same memory.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t samples = 4, width = 3;
const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
const view_targets targets{.samples = samples};

/// Separate gradients by anchors and by candidates, added up.
matrix<double> both_parts(const auto& executor, const matrix<double>& z) {
  auto da = zeros_like(z), dc = zeros_like(z);
  value_and_grad(executor, criterion, targets, z, z, {.anchors = da, .candidates = {dc}});
  for (std::size_t i = 0; i < da.entries().size(); ++i) da.entries()[i] += dc.entries()[i];
  return da;
}

}  // namespace

TEST_CASE("value_and_grad sets what backward adds to", "[engine]") {
  const auto z = random_embeddings<double>(2 * samples, width, 1);
  for_each_engine<double>([&](const auto& executor, const char* engine) {
    INFO(engine);
    const double old = 5;
    matrix<double> set(z.rows(), width, old), added = set;
    double set_temperature = old, added_temperature = old, set_scale = old, added_scale = old, set_bias = old,
           added_bias = old;
    const auto result =
        value_and_grad(executor, criterion, targets, z,
                       {.embeddings = set, .temperature = &set_temperature, .scale = &set_scale, .bias = &set_bias});
    saved_for<decltype(criterion), matrix<double>> saved;
    const auto value = forward(executor, criterion, targets, z, saved);
    for (const double upstream : {1.0, -2.5})
      backward(executor, criterion, targets, z, saved, upstream,
               {.embeddings = added, .temperature = &added_temperature, .scale = &added_scale, .bias = &added_bias});
    CHECK(value.value == result.value);
    CHECK(value.anchors_used == result.anchors_used);
    const double times = 1 - 2.5;
    for (std::size_t i = 0; i < set.entries().size(); ++i)
      CHECK(added.entries()[i] == Approx(old + times * set.entries()[i]).epsilon(1e-13));
    CHECK(added_temperature == Approx(old + times * set_temperature).epsilon(1e-13));
    CHECK(added_scale == Approx(old + times * set_scale).epsilon(1e-13));
    CHECK(added_bias == Approx(old + times * set_bias).epsilon(1e-13));
  });
}

TEST_CASE("forward and backward into zeros give the bits of value_and_grad", "[engine]") {
  const auto z = random_embeddings<float>(2 * samples, width, 2);
  for_each_engine<float>([&](const auto& executor, const char* engine) {
    INFO(engine);
    matrix<float> at_once(z.rows(), width, 7), in_two(z.rows(), width);
    const float value = value_and_grad(executor, criterion, targets, z, at_once);
    saved_for<decltype(criterion), matrix<float>> saved;
    CHECK(same_bits(static_cast<float>(forward(executor, criterion, targets, z, saved)), value));
    backward(executor, criterion, targets, z, saved, 1, in_two);
    CHECK(same_bits(in_two, at_once));
  });
}

TEST_CASE("one gradient of the same rows takes both parts", "[engine]") {
  const auto z = random_embeddings<double>(2 * samples, width, 3);
  for_each_engine<double>([&](const auto& executor, const char* engine) {
    INFO(engine);
    const auto expected = both_parts(executor, z);
    auto one = zeros_like(z), named = zeros_like(z), beside = zeros_like(z);
    double by_temperature = 0, alone = 0;
    value_and_grad(executor, criterion, targets, z, one);
    value_and_grad(executor, criterion, targets, z, z, {.anchors = named, .candidates = {named}});
    value_and_grad(executor, criterion, targets, z, {.embeddings = beside, .temperature = &by_temperature});
    value_and_grad(executor, criterion, targets, z, {.temperature = &alone});
    CHECK(largest_difference(one, expected) < 1e-15L);
    CHECK(same_bits(named, one));
    CHECK(same_bits(beside, one));
    const auto at = [&](double temperature) {
      return value_of(executor, objective{info_nce{.temperature = temperature}, cosine{}}, targets, z, z).value;
    };
    CHECK(by_temperature == Approx((at(0.3 + 1e-5) - at(0.3 - 1e-5)) / 2e-5).epsilon(1e-7));
    CHECK(alone == Approx(by_temperature).epsilon(1e-12));  // with rows, it is the sum of rows times their gradients
  });
}

TEST_CASE("anchors of the first view may add to their rows of the candidates' gradient", "[engine]") {
  auto z = random_embeddings<double>(2 * samples, width, 4);
  const matrix_view<double> first_view{z.data(), {samples, width}};
  for_each_engine<double>([&](const auto& executor, const char* engine) {
    INFO(engine);
    matrix<double> da(samples, width), dc = zeros_like(z), together = zeros_like(z);
    value_and_grad(executor, criterion, targets, first_view, z, {.anchors = da, .candidates = {dc}});
    const matrix_view<double> first_rows{together.data(), {samples, width}};
    value_and_grad(executor, criterion, targets, first_view, z, {.anchors = first_rows, .candidates = {together}});
    for (index_t i = 0; i < z.rows(); ++i)
      for (index_t k = 0; k < width; ++k)
        CHECK(together(i, k) == Approx(dc(i, k) + (i < samples ? da(i, k) : 0)).epsilon(1e-14));
  });
}

TEST_CASE("a gradient that nobody wants changes no other", "[engine]") {
  random_numbers draw(5);
  const auto a = random_embeddings<double>(5, width, draw), f = random_embeddings<double>(5, width, draw);
  const auto s = random_embeddings<double>(3, width, draw);
  for_each_engine<double>([&](const auto& executor, const char* engine) {
    INFO(engine);
    auto da = zeros_like(a), df = zeros_like(f), ds = zeros_like(s), alone_a = da, alone_s = ds;
    const auto parts = candidates(f, s);
    value_and_grad(executor, criterion, diagonal_targets{}, a, parts, {.anchors = da, .candidates = {df, ds}});
    value_and_grad(executor, criterion, diagonal_targets{}, a, parts, {.anchors = alone_a});
    value_and_grad(executor, criterion, diagonal_targets{}, a, parts, {.candidates = {{}, alone_s}});
    CHECK(largest_difference(alone_a, da) <= 1e-14L * largest_entry(da));  // in one call by sums of candidates
    CHECK(same_bits(alone_s, ds));
    saved_for<decltype(criterion), matrix<double>> saved;
    auto in_two = zeros_like(a);
    forward(executor, criterion, diagonal_targets{}, a, parts, saved);
    backward(executor, criterion, diagonal_targets{}, a, parts, saved, 1, {.anchors = in_two});
    CHECK(same_bits(in_two, da));
    CHECK(value_and_grad(executor, criterion, diagonal_targets{}, a, parts, {}).value ==
          value_of(executor, criterion, diagonal_targets{}, a, parts).value);
  });
}

TEST_CASE("an upstream of 0 adds nothing", "[engine]") {
  const auto z = random_embeddings<double>(2 * samples, width, 6);
  saved_for<decltype(criterion), matrix<double>> saved;
  forward(serial{}, criterion, targets, z, saved);
  matrix<double> gradient(z.rows(), width, 2);
  backward(serial{}, criterion, targets, z, saved, 0, gradient);
  CHECK(gradient == matrix<double>(z.rows(), width, 2));
}

TEST_CASE("saved statistics can be read: one number an anchor", "[engine]") {
  const auto z = random_embeddings<double>(2 * samples, width, 7);
  saved_for<decltype(criterion), matrix<double>> saved;
  const double value = forward(serial{}, criterion, targets, z, saved);
  const auto values = saved.values<0>();
  REQUIRE(values.size() == static_cast<std::size_t>(2 * samples));
  double sum = 0;
  for (const double v : values) sum += v;
  CHECK(sum / static_cast<double>(values.size()) == Approx(value).epsilon(1e-14));
}
