// SPDX-License-Identifier: BSD-3-Clause
// Weights by moments where factors leave a type's range, exponents are large, or columns alone are asked for.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

template <class T, class From>
matrix<T> as(const matrix<From>& from) {
  matrix<T> to(from.rows(), from.width());
  for (std::size_t i = 0; i < from.entries().size(); ++i) to.entries()[i] = static_cast<T>(from.entries()[i]);
  return to;
}
template <class T>
matrix<T> rows_of_two(const std::vector<double>& entries) {
  matrix<T> rows(static_cast<index_t>(entries.size() / 2), 2);
  for (std::size_t i = 0; i < entries.size(); ++i) rows.entries()[i] = static_cast<T>(entries[i]);
  return rows;
}

}  // namespace

TEST_CASE("Columns alone of one matrix have the gradient of serial, in one call and in two", "[engine]") {
  objective of{info_nce{.temperature = 0.5}, cosine{}};
  of.direction = {.rows = 0, .columns = 1};
  for (const index_t width : {7, 16}) {  // 16 fills whole vectors, so the caller's matrix may be the buffer
    const auto z = random_embeddings<double>(8, width, 5);
    const view_targets targets{.samples = 4};
    auto expected = zeros_like(z), found = zeros_like(z), in_two = zeros_like(z);
    value_and_grad(serial{}, of, targets, z, expected);
    value_and_grad(tiled{.threads = 1}, of, targets, z, found);
    saved_for<decltype(of), matrix<double>> saved;
    forward(tiled{.threads = 1}, of, targets, z, saved);
    backward(tiled{.threads = 1}, of, targets, z, saved, 1.0, in_two);
    CHECK(largest_difference(found, expected) <= 1e-14L);
    CHECK(largest_difference(in_two, expected) <= 1e-14L);
  }
}

TEST_CASE("Opposite rows at a temperature of 0.001 have a gradient in double", "[engine]") {
  const auto z = rows_of_two<double>({1, 0, -1, 0.01, -1, -0.01});
  const std::vector<int> labels{0, 0, 1};
  const objective of{info_nce{.temperature = 0.001}, cosine{}};
  auto expected = zeros_like(z), found = zeros_like(z);
  value_and_grad(serial{}, of, label_targets{.labels = labels}, z, expected);
  value_and_grad(tiled{.threads = 1}, of, label_targets{.labels = labels}, z, found);
  CHECK(largest_entry(expected) > 1);
  CHECK(largest_difference(found, expected) <= 1e-11L * largest_entry(expected));
}

TEST_CASE("A large upstream gradient stays within the range of float", "[engine]") {
  const auto a = rows_of_two<float>({1, 0, 1, 0.02}), c = rows_of_two<float>({-1, 0.01, -1, 0.02, -1, -0.01});
  const objective of{info_nce{.temperature = 0.0152}, cosine{}};
  for (const double upstream : {1.0, 1.3e8, 1e9, 1e12}) {
    const auto gradient = [&](const auto& on) {
      matrix<float> by_a = zeros_like(a), by_c = zeros_like(c);
      saved_for<decltype(of), matrix<float>> saved;
      forward(on, of, diagonal_targets{}, a, candidates(c), saved);
      backward(on, of, diagonal_targets{}, a, candidates(c), saved, upstream, {.anchors = by_a, .candidates = {by_c}});
      return by_c;
    };
    const auto expected = gradient(serial{}), found = gradient(tiled{.threads = 1});
    INFO("upstream " << upstream);
    CHECK(largest_difference(found, expected) <= 1e-4L * largest_entry(expected));
  }
}

TEST_CASE("The gradient by the temperature keeps its digits where logits are in the hundreds", "[engine]") {
  auto z = random_embeddings<float>(388, 48, 7);
  const auto common = random_embeddings<float>(1, 48, 8);
  for (index_t i = 0; i < z.rows(); ++i)
    for (index_t k = 0; k < z.width(); ++k) z(i, k) = common(0, k) + 0.1F * z(i, k);  // similar rows
  const auto wide = as<double>(z);
  for (const double temperature : {0.003, 0.01}) {
    objective of{info_nce{.temperature = temperature}, cosine{}};
    of.reduce = reduction::sum;
    const view_targets targets{.samples = 194};
    double expected = 0, found = 0;
    auto by_wide = zeros_like(wide);
    auto by_rows = zeros_like(z);
    value_and_grad(serial{}, of, targets, wide, {.embeddings = by_wide, .temperature = &expected});
    value_and_grad(tiled{.threads = 1}, of, targets, z, {.embeddings = by_rows, .temperature = &found});
    CHECK(found == Approx(expected).epsilon(2e-3));
    CHECK(largest_difference(by_rows, by_wide) <= 1e-3L * largest_entry(by_wide));
  }
}
