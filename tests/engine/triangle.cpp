// SPDX-License-Identifier: BSD-3-Clause
// Where anchors are the candidates, a product serves both orders of a pair: the answers are those of two separate sets.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/tiled/tournament.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

#include <set>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Targets and weights that differ in the two orders of a pair; some rows are no anchor's positive, some see nothing.
struct uneven {
  template <class T>
  role<T> at(index_t a, index_t c) const {
    return detail::role_by_lane<T>([&](int k) -> role<double> {
      const index_t candidate = c + k;
      if (candidate == a || (a * 3 + candidate) % 11 == 0) return hidden_pair();
      if (a % 13 != 0 && (a + 2 * candidate) % 17 == 0) return positive_pair(0.5 + static_cast<double>(a % 3));
      return negative_pair(1 + static_cast<double>(candidate % 2));
    });
  }
};
struct uneven_targets {
  auto bind(const pair_space&) const { return detail::bound_rule<uneven>{}; }
};

template <class T, class Objective>
void check_agreement(const Objective& criterion, index_t rows, long double within) {
  const auto z = random_embeddings<T>(rows, 5, 3);
  const auto copy = z;
  auto expected = zeros_like(z), by_anchors = zeros_like(z), by_candidates = zeros_like(z), found = zeros_like(z);
  double by_scale = 0, scale = 0;
  const T value = value_and_grad(serial{}, criterion, uneven_targets{}, z, copy,
                                 {.anchors = by_anchors, .candidates = {by_candidates}, .scale = &by_scale});
  for (std::size_t i = 0; i < expected.entries().size(); ++i)
    expected.entries()[i] = by_anchors.entries()[i] + by_candidates.entries()[i];
  const long double largest = largest_entry(expected);
  for (const int threads : {1, 3}) {
    const T one = value_and_grad(tiled{.threads = threads}, criterion, uneven_targets{}, z, z,
                                 {.anchors = found, .candidates = {found}, .scale = &scale});
    CHECK(error_of(one, static_cast<long double>(value)) <= within * std::fabs(static_cast<long double>(value)));
    CHECK(largest_difference(found, expected) <= within * largest);
    CHECK(scale == Approx(by_scale).epsilon(static_cast<double>(within)));
    auto apart = zeros_like(z);
    value_and_grad(tiled{.threads = threads}, criterion, uneven_targets{}, z, z,
                   {.anchors = found, .candidates = {apart}});
    CHECK(largest_difference(found, by_anchors) <= within * largest);
    CHECK(largest_difference(apart, by_candidates) <= within * largest);
  }
}

}  // namespace

TEST_CASE("One product for both orders of a pair gives the value and gradients of two", "[engine]") {
  for (const index_t rows : {193, 384, 601}) {
    INFO(rows << " rows");
    check_agreement<double>(objective{supcon_inside{.temperature = 0.3}, cosine{}}, rows, 1e-11L);
    check_agreement<float>(objective{info_nce{.temperature = 0.3}, cosine{}}, rows, 2e-5L);
    check_agreement<double>(objective{info_nce{.temperature = 2}, negative_squared_distance{}}, rows, 1e-11L);
  }
}

TEST_CASE("A NaN row that nobody sees changes nothing where one product serves both orders", "[engine]") {
  auto z = random_embeddings<double>(400, 5, 3);
  const auto hidden = targets_of([](index_t a, index_t c) {
    return a == c || a == 7 || c == 7 ? hidden_pair() : a % 50 == c % 50 ? positive_pair(1.0 / 7) : negative_pair();
  });
  objective criterion{info_nce{.temperature = 0.5}, cosine{}};
  criterion.without_positive = no_positive::skip;
  auto clean = zeros_like(z), gradient = zeros_like(z);
  const double value = value_and_grad(tiled{.threads = 1}, criterion, hidden, z, clean);
  z(7, 2) = std::nan("");
  CHECK(value_and_grad(tiled{.threads = 1}, criterion, hidden, z, gradient).value == value);
  for (index_t k = 0; k < z.width(); ++k) gradient(7, k) = clean(7, k);  // its own has no meaning
  CHECK(largest_difference(gradient, clean) < 1e-13L);
}

TEST_CASE("In a tournament every two players meet once, and nobody meets two in a round", "[engine]") {
  for (index_t players = 1; players <= 9; ++players) {
    const detail::tournament all{players};
    std::set<std::pair<index_t, index_t>> met;
    for (index_t round = 0; round < all.rounds(); ++round) {
      std::set<index_t> busy;
      for (index_t which = 0; which < all.meetings(round); ++which) {
        const auto [first, second] = all.meeting(round, which);
        if (second >= players) continue;
        CHECK(first <= second);
        CHECK(met.insert({first, second}).second);
        CHECK(busy.insert(first).second);
        CHECK((second == first || busy.insert(second).second));
      }
    }
    CHECK(static_cast<index_t>(met.size()) == players * (players + 1) / 2);
  }
}
