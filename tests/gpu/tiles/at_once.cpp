// SPDX-License-Identifier: BSD-3-Clause
// Backward passes that add the weights of both sides, or of both directions, where two gradients would take one each.
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/circle.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;
using mixcon::gpu::tier;

namespace {

constexpr double gradient_bound = 2e-5;
const mixcon::directions rows_alone{1, 0}, both_directions{0.75, 0.5};

template <class Loss>
auto made_objective(const Loss& loss, const mixcon::directions& shares) {
  mixcon::objective criterion{loss, mixcon::cosine{}};
  criterion.direction = shares, criterion.without_positive = mixcon::no_positive::skip;
  return criterion;
}
/// Products that a call with two gradients takes; both gradients are compared with `serial`.
template <tier Tier, class Objective, class Targets>
std::uint64_t products_apart(const Objective& criterion, const Targets& targets, const numbers_by_row& a,
                             const numbers_by_row* c = nullptr) {
  mixcon::gpu::emulated::the_counts() = {};
  const tile_answer found = by_tiles<float, Tier>(criterion, targets, a, c);
  const auto products = static_cast<std::uint64_t>(mixcon::gpu::emulated::the_counts().products);
  CHECK(tile_disagreement(found, tiles_expected(criterion, targets, a, c), 2e-5, gradient_bound) == "");
  return products;
}
/// One gradient of rows that are anchors and candidates is the sum of both, twice with the same bits. Returns the
/// products that it takes.
template <tier Tier, class Objective, class Targets>
std::uint64_t products_at_once(const Objective& criterion, const Targets& targets, const numbers_by_row& rows) {
  const auto [found, products] = at_once_by_tiles<float, Tier>(criterion, targets, rows);
  CHECK(tile_disagreement(found, with_one_gradient(tiles_expected(criterion, targets, rows)), 2e-5, gradient_bound) ==
        "");
  CHECK(at_once_by_tiles<float, Tier>(criterion, targets, rows).first == found);
  return products;
}

const std::vector<int>& labels() {
  static const std::vector<int> made = [] {
    std::vector<int> all;
    for (int i = 0; i < 70; ++i) all.push_back(i < 30 ? 0 : i < 40 ? i / 3 : i);
    return all;
  }();
  return made;
}

}  // namespace

// A forward pass has one product of all pairs, a backward pass two.

TEST_CASE("One gradient of rows that are anchors and candidates takes one backward pass of moments", "[gpu]") {
  const auto rows = exact_rows(70, 64, 1);
  const auto check = [&](const char* title, const auto& targets) {
    INFO(title);
    const auto one = made_objective(mixcon::info_nce{.temperature = 0.2}, rows_alone);
    CHECK(products_at_once<tier::moments>(one, targets, rows) * 5 ==
          products_apart<tier::moments>(one, targets, rows) * 3);
    const auto both = made_objective(mixcon::info_nce{.temperature = 0.2}, both_directions);
    products_at_once<tier::moments>(both, targets, rows);
  };
  check("views", mixcon::view_targets{.samples = 35});
  check("labels", mixcon::label_targets{.labels = labels(), .ignored = 11});
  check("diagonal", mixcon::diagonal_targets{});
}

TEST_CASE("Two directions share the backward passes of moments, one for each side", "[gpu]") {
  const auto a = exact_rows(70, 64, 1), c = exact_rows(75, 64, 2);
  const auto check = [&](const char* title, const auto& targets) {
    INFO(title);
    const auto products = [&](const mixcon::directions& shares) {
      return products_apart<tier::moments>(made_objective(mixcon::info_nce{.temperature = 0.2}, shares), targets, a,
                                           &c);
    };
    CHECK(products(both_directions) * 5 == products(rows_alone) * 6);
  };
  std::vector<int> others;  // which are not those of the anchor of the same number
  for (std::size_t k = 0; k < 75; ++k) others.push_back(labels()[k * 7 % 70]);
  check("diagonal", mixcon::diagonal_targets{});
  check("labels of both", mixcon::label_targets{.labels = labels(), .candidate_labels = others});
}

TEST_CASE("One gradient takes one backward pass of tiles, for pairs that differ from their transposes too", "[gpu]") {
  const auto rows = exact_rows(70, 64, 1);
  std::vector<int> others;
  for (int i = 0; i < 70; ++i) others.push_back(i % 4);
  const auto targets =
      any_targets::of("labels of both", mixcon::label_targets{.labels = labels(), .candidate_labels = others});
  const auto criterion = made_objective(mixcon::circle{}, both_directions);
  CHECK(products_at_once<tier::tiles>(criterion, targets, rows) * 5 ==
        products_apart<tier::tiles>(criterion, targets, rows) * 3);
}
