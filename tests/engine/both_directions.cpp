// SPDX-License-Identifier: BSD-3-Clause
// Where rows and columns are both asked for, a product serves both: the answers are those of two sweeps.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

template <class T, class Objective>
void check_agreement(Objective criterion, index_t rows, index_t columns, long double within) {
  const auto z = random_embeddings<T>(rows, 5, 3), c = random_embeddings<T>(columns, 5, 4);
  const auto targets = targets_of([](index_t i, index_t j) -> role<double> {
    if ((i * 3 + j) % 11 == 0) return hidden_pair();
    return (i + 2 * j) % 17 == 0 ? positive_pair(0.5 + static_cast<double>(i % 3)) : negative_pair();
  });
  criterion.without_positive = no_positive::skip;
  long double expected = 0;
  auto by_anchors = zeros_like(z), by_candidates = zeros_like(c);
  double by_scale = 0, by_bias = 0;
  for (const directions share : {directions{0.75, 0}, directions{0, -0.5}}) {
    auto one = zeros_like(z), other = zeros_like(c);
    double scale = 0, bias = 0;
    criterion.direction = share;
    expected +=
        static_cast<long double>(value_and_grad(serial{}, criterion, targets, z, c,
                                                {.anchors = one, .candidates = {other}, .scale = &scale, .bias = &bias})
                                     .value);
    for (std::size_t i = 0; i < one.entries().size(); ++i) by_anchors.entries()[i] += one.entries()[i];
    for (std::size_t i = 0; i < other.entries().size(); ++i) by_candidates.entries()[i] += other.entries()[i];
    by_scale += scale, by_bias += bias;
  }
  criterion.direction = {0.75, -0.5};
  for (const int threads : {1, 3}) {
    auto one = zeros_like(z), other = zeros_like(c);
    double scale = 0, bias = 0;
    const T value = value_and_grad(tiled{.threads = threads}, criterion, targets, z, c,
                                   {.anchors = one, .candidates = {other}, .scale = &scale, .bias = &bias});
    CHECK(error_of(value, expected) <= within * (1 + std::fabs(expected)));
    CHECK(largest_difference(one, by_anchors) <= within * largest_entry(by_anchors));
    CHECK(largest_difference(other, by_candidates) <= within * largest_entry(by_candidates));
    CHECK(scale == Approx(by_scale).epsilon(static_cast<double>(within)));
    CHECK(bias == Approx(by_bias).margin(static_cast<double>(within)));
  }
}

}  // namespace

TEST_CASE("One product for rows and columns gives the value and gradients of two", "[engine]") {
  for (const auto& [rows, columns] : {std::pair<index_t, index_t>{193, 400}, {601, 20}, {30, 30}}) {
    INFO(rows << " anchors, " << columns << " candidates");
    check_agreement<double>(objective{supcon_inside{.temperature = 0.3}, cosine{}}, rows, columns, 1e-11L);
    check_agreement<double>(objective{info_nce{.temperature = 2}, negative_squared_distance{}}, rows, columns, 1e-11L);
  }
  check_agreement<float>(objective{info_nce{.temperature = 0.3}, cosine{}}, 300, 250, 2e-5L);
}

TEST_CASE("Rows and columns in one sweep ask for gradients one by one", "[engine]") {
  const auto z = random_embeddings<double>(250, 5, 3), c = random_embeddings<double>(200, 5, 4);
  objective criterion{info_nce{.temperature = 0.5}, cosine{}};
  criterion.direction = {0.5, 0.5};
  const auto targets =
      targets_of([](index_t i, index_t j) { return i % 20 == j % 20 ? positive_pair(0.1) : negative_pair(); });
  auto both = zeros_like(z), alone = zeros_like(z);
  auto other = zeros_like(c), other_alone = zeros_like(c);
  const tiled one_thread{.threads = 1};
  value_and_grad(one_thread, criterion, targets, z, c, {.anchors = both, .candidates = {other}});
  value_and_grad(one_thread, criterion, targets, z, c, {.anchors = alone});
  value_and_grad(one_thread, criterion, targets, z, c, {.candidates = {other_alone}});
  CHECK(alone == both);
  CHECK(other_alone == other);
}

TEST_CASE("A NaN row that nobody sees changes nothing where rows and columns share products", "[engine]") {
  auto z = random_embeddings<double>(250, 5, 3);
  const auto c = random_embeddings<double>(250, 5, 4);
  const auto hidden = targets_of([](index_t a, index_t k) {
    return a == 7 ? hidden_pair() : a % 50 == k % 50 ? positive_pair(0.2) : negative_pair();
  });
  objective criterion{info_nce{.temperature = 0.5}, cosine{}};
  criterion.direction = {0.5, 0.5};
  criterion.without_positive = no_positive::skip;
  auto clean = zeros_like(c), gradient = zeros_like(c);
  const double value = value_and_grad(tiled{.threads = 1}, criterion, hidden, z, c, {.candidates = {clean}});
  z(7, 2) = std::nan("");
  CHECK(value_and_grad(tiled{.threads = 1}, criterion, hidden, z, c, {.candidates = {gradient}}).value == value);
  CHECK(largest_difference(gradient, clean) <= 1e-13L * largest_entry(clean));
}
