// SPDX-License-Identifier: BSD-3-Clause
// Formulas for each triplet: any formula has the gradient of its value, and threads change no bit.
#include "engine/gradient_case.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/contrast/terms.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/batch_hard_triplet.hpp>
#include <mixcon/losses/triplet_margin.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Smooth, with divisors of its own and the scale: whatever such a formula may read.
struct smooth_triplet {
  double temperature = 0.5;
  static constexpr auto scope = each::triplet;
  auto statistics() const { return pack{}; }
  template <class T>
  MIXCON_HD auto value(T positive, T negative, T scale) const {
    return terms{term{softplus(negative - positive) / scale, plain(T(2))}, term{square(negative) * 0.1, plain(T(1))}};
  }
};
struct mean_triplet {
  double temperature = 0.5;
  static constexpr auto scope = each::triplet;
  auto statistics() const { return pack{}; }
  template <class T>
  MIXCON_HD T value(T positive, T negative) const {
    return softplus(negative - positive * 0.5);
  }
};

}  // namespace

TEST_CASE("A formula for each triplet has the gradient of its value", "[engine]") {
  random_numbers draw(5);
  for (int i = 0; i < 10; ++i) {
    INFO("case " << i);
    gradient_case c(draw, {});
    check_gradients(mean_triplet{}, negative_squared_distance{}, c);
    c.reduce = reduction::mean;
    check_gradients(smooth_triplet{}, cosine{}, c);
  }
}

TEST_CASE("Triplets have the same bits for any number of threads, in blocks of any size", "[engine]") {
  const auto z = random_embeddings<float>(150, 9, 2);
  std::vector<int> labels;
  for (int i = 0; i < 150; ++i) labels.push_back(i * i % 7);
  const label_targets targets{.labels = labels};
  const objective criterion{triplet_margin{.mined = triplets::semi_hard}, negative_distance{rows::unit, rows::unit}};
  auto first = zeros_like(z);
  const float value = value_and_grad(tiled{.threads = 1}, criterion, targets, z, first);
  CHECK(value > 0);
  for (const int threads : {2, 3, 4, 8}) {
    auto gradient = zeros_like(z);
    CHECK(same_bits(value_and_grad(tiled{.threads = threads}, criterion, targets, z, gradient).value, value));
    CHECK(same_bits(gradient, first));
  }
  auto plainly = zeros_like(z);
  CHECK(value_and_grad(serial{}, criterion, targets, z, plainly).value == Approx(value).epsilon(1e-5));
  CHECK(largest_difference(plainly, first) < 1e-5L);
}

TEST_CASE("A row that is NaN makes the loss of its triplets NaN, mined or not", "[engine]") {
  auto z = random_embeddings<double>(6, 3, 4);
  const std::vector<int> labels{0, 0, 1, 1, 2, 2};
  z(1, 1) = std::nan("");
  for (const triplets mined : {triplets::all, triplets::hard, triplets::semi_hard}) {
    const objective criterion{triplet_margin{.mined = mined}, negative_distance{}};
    CHECK(std::isnan(value_of(criterion, label_targets{.labels = labels}, z).value));
  }
  CHECK(std::isnan(
      value_of(objective{batch_hard_triplet{}, negative_distance{}}, label_targets{.labels = labels}, z).value));
}
