// SPDX-License-Identifier: BSD-3-Clause
// Mixed anchors: tiles leave out two candidates of each, which are pairs of rows that were not rounded.
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;
constexpr auto moments = mixcon::gpu::tier::moments;

namespace {

mixcon::objective<mixcon::info_nce, mixcon::cosine, mixcon::plain_logits> made_objective() {
  mixcon::objective one{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  one.scale = 1.25, one.logits.bias = -0.5;
  return one;
}
/// Lambdas of which every third is 0 or 1, and partners: the anchor itself, one that many share, others.
struct mixture {
  std::vector<double> lambda;
  std::vector<int> partner;
  explicit mixture(int anchors) {
    for (int i = 0; i < anchors; ++i) {
      lambda.push_back(i % 6 == 0 ? 0 : i % 6 == 3 ? 1 : (i % 13) / 13.0);
      partner.push_back(i % 5 == 0 ? i : i % 5 == 1 ? 2 % anchors : (i * 7 + 3) % anchors);
    }
  }
  template <class Base>
  auto of(const Base& base) const {
    return mixcon::mixed_targets{base, mixcon::view(lambda), mixcon::integer_view(partner)};
  }
};
/// The rows' direction by moments; the columns', where it is asked for, by tiles.
template <class E = float, class Objective, class Targets>
void check(const char* title, const Objective& criterion, const Targets& targets, const numbers_by_row& anchors,
           const numbers_by_row& candidates, const moment_bounds& bounds = {}) {
  using types = mixcon::gpu::call_types<Objective, Targets, mixcon::detail::arguments<E>>;
  static_assert(mixcon::gpu::fits_moments<typename types::Rows> && !mixcon::gpu::fits_moments<typename types::Columns>);
  INFO(title);
  const tile_answer expected = tiles_expected(criterion, targets, anchors, &candidates);
  mixcon::gpu::emulated::the_counts() = {};
  const tile_answer found = by_tiles<E, moments>(criterion, targets, anchors, &candidates);
  CHECK(tile_disagreement(found, expected, bounds.value, bounds.gradient) == "");
  CHECK(mixcon::gpu::emulated::the_counts().products > 0);
  CHECK(mixcon::gpu::emulated::the_counts().bank_conflicts == 0);
}

}  // namespace

TEST_CASE("Mixed targets of the diagonal agree with serial on moments at the edges of tiles", "[gpu]") {
  struct size {
    int anchors, candidates, width;
  };
  const size sizes[] = {{1, 1, 3}, {2, 65, 5}, {64, 64, 65}, {65, 70, 9}, {129, 130, 3}, {5, 577, 3}, {33, 193, 129}};
  auto criterion = made_objective();
  for (const auto& [anchors, candidates, width] : sizes) {
    INFO(anchors << " x " << candidates << ", width " << width);
    const mixture mixed(anchors);
    criterion.direction = {1, anchors == 65 ? 0.5 : 0.0};
    check("diagonal", criterion, mixed.of(mixcon::diagonal_targets{}), exact_rows(anchors, width, 1),
          exact_rows(candidates, width, 2));
  }
}

TEST_CASE("Mixed targets of classes, of one lambda, of half rows and of a sum without positives agree on moments",
          "[gpu]") {
  const mixture mixed(70);
  auto criterion = made_objective();
  const auto a = exact_rows(70, 9, 1), c = exact_rows(75, 9, 2), proxies = exact_rows(66, 9, 3);
  std::vector<int> labels;
  for (int i = 0; i < 70; ++i) labels.push_back(i < 20 ? 4 : i * 11 % 66);
  check("classes", criterion, mixed.of(mixcon::class_targets{.labels = labels}), a, proxies);
  labels[3] = labels[33] = -1;
  criterion.without_positive = mixcon::no_positive::skip;
  check("a label is ignored", criterion, mixed.of(mixcon::class_targets{.labels = labels, .ignored = -1}), a, proxies);
  mixture one(70);
  one.lambda.assign(1, 0.3);
  check("one lambda", criterion, one.of(mixcon::diagonal_targets{}), a, c);
  const mixcon::objective of_products{mixcon::info_nce{.temperature = 0.2}, mixcon::dot_product{}};
  check<mixcon::half>("half", of_products, mixed.of(mixcon::diagonal_targets{}), rows_held_by<mixcon::half>(70, 9, 1),
                      rows_held_by<mixcon::half>(75, 9, 2), {2e-5, 1e-3});
  check("decoupled", mixcon::objective{mixcon::decoupled{.temperature = 0.5}, mixcon::cosine{}},
        mixed.of(mixcon::diagonal_targets{}), a, c);
  auto cold = made_objective();
  cold.loss.temperature = 0.02;  // beyond a fixed shift
  check("a running shift", cold, mixed.of(mixcon::diagonal_targets{}), a, c);
}

TEST_CASE("Mixed anchors that are the candidates have both gradients in one pass, the same in every order", "[gpu]") {
  const mixture mixed(70);
  const auto criterion = made_objective();
  const auto targets = mixed.of(mixcon::diagonal_targets{});
  const auto rows = exact_rows(70, 9, 1);
  const tile_answer expected = with_one_gradient(tiles_expected(criterion, targets, rows));
  const tile_answer first = at_once_by_tiles<float, moments>(criterion, targets, rows).first;
  CHECK(tile_disagreement(first, expected, 2e-5, 2e-5) == "");
  const auto before = mixcon::gpu::emulated::the_settings();
  for (const auto& how : mixcon::gpu::emulated::every_order()) {
    mixcon::gpu::emulated::the_settings() = how;
    CHECK(at_once_by_tiles<float, moments>(criterion, targets, rows).first == first);
  }
  mixcon::gpu::emulated::the_settings() = before;
}

TEST_CASE("A mixed loss near 0 keeps its digits on moments", "[gpu]") {
  // the share of the own candidate is 1: the partner's is left out of the tiles, and a negative
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.07}, mixcon::dot_product{}};
  numbers_by_row a(16, 16), c(16, 16);
  for (index_t i = 0; i < 16; ++i)
    for (index_t k = 0; k < 16; ++k) {
      const auto at = static_cast<std::size_t>(i * 16 + k);
      a.data[at] = i == k ? 1 : static_cast<double>((i * 5 + k * 3) % 7) / 64;
      c.data[at] = i == k ? 1 : static_cast<double>((i * 3 + k * 4) % 5) / 64;
    }
  std::vector<int> partner;
  for (int i = 0; i < 16; ++i) partner.push_back((i + 5) % 16);
  const std::vector<double> whole(1, 1.0);
  const mixcon::mixed_targets targets{mixcon::diagonal_targets{}, mixcon::view(whole), mixcon::integer_view(partner)};
  for (int i = 0; i < 3; ++i) {
    const tile_answer expected = tiles_expected(criterion, targets, a, &c);
    const tile_answer found = by_tiles<float, moments>(criterion, targets, a, &c);
    CHECK(expected.value < 1e-4);
    CHECK(std::abs(found.value / expected.value - 1) < 1e-6);
    CHECK(frobenius_apart(found.anchors, expected.anchors, 0) < 2e-5);
    criterion.loss.temperature *= 0.75;
  }
}
