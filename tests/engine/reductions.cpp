// SPDX-License-Identifier: BSD-3-Clause
// Named losses over embeddings that are others in special cases: MoCo and its kin, CLIP, SupMix, Un-Mix, BYOL. Values
// and gradients are the case table's.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/clip.hpp>
#include <mixcon/losses/moco.hpp>
#include <mixcon/losses/supmix.hpp>
#include <mixcon/losses/un_mix_loss.hpp>

#include <cmath>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t samples = 5, width = 4;

matrix<double> some_rows(std::uint64_t seed, index_t rows = samples) {
  return random_embeddings<double>(rows, width, seed);
}
matrix<double> reversed(const matrix<double>& z) {
  auto r = z;
  for (index_t i = 0; i < z.rows(); ++i)
    for (index_t k = 0; k < z.width(); ++k) r(i, k) = z(z.rows() - 1 - i, k);
  return r;
}
/// to += factor * by.
void add(matrix<double>& to, double factor, const matrix<double>& by) {
  for (std::size_t k = 0; k < to.entries().size(); ++k) to.entries()[k] += factor * by.entries()[k];
}

struct answer {
  double value = 0;
  matrix<double> by_anchors, by_candidates;
};
template <class Objective>
answer diagonal(const Objective& criterion, const matrix<double>& a, const matrix<double>& c) {
  answer found{0, zeros_like(a), zeros_like(c)};
  found.value = value_and_grad(serial{}, criterion, diagonal_targets{}, a, c,
                               {.anchors = found.by_anchors, .candidates = {found.by_candidates}});
  return found;
}
void check_same(const answer& a, const answer& b) {
  CHECK(a.value == Approx(b.value).epsilon(1e-13));
  CHECK(largest_difference(a.by_anchors, b.by_anchors) < 1e-13L);
  CHECK(largest_difference(a.by_candidates, b.by_candidates) < 1e-13L);
}

}  // namespace

TEST_CASE("clip is the mean of InfoNCE in both directions, at a temperature of 1 / scale", "[contrast]") {
  const auto x = some_rows(1), y = some_rows(2);
  const objective one_way{info_nce{.temperature = 0.25}};
  const answer images = diagonal(one_way, x, y), texts = diagonal(one_way, y, x);
  answer mean{(images.value + texts.value) / 2, zeros_like(x), zeros_like(y)};
  add(mean.by_anchors, 0.5, images.by_anchors), add(mean.by_anchors, 0.5, texts.by_candidates);
  add(mean.by_candidates, 0.5, images.by_candidates), add(mean.by_candidates, 0.5, texts.by_anchors);
  check_same(diagonal(clip(4), x, y), mean);
  CHECK(diagonal(clip(4), y, x).value == Approx(mean.value).epsilon(1e-13));

  objective as_given{info_nce{.temperature = 0.25}, dot_product{}};
  as_given.direction = {.rows = 0.5, .columns = 0.5};
  check_same(diagonal(of_unit_rows_as_given(clip(4)), x, y), diagonal(as_given, x, y));
}

TEST_CASE("moco_v3 is InfoNCE of unit rows times 2 temperature, and moco_n without a queue is InfoNCE", "[contrast]") {
  const auto q = some_rows(3), k = some_rows(4);
  const answer plain = diagonal(objective{info_nce{.temperature = 0.2}, cosine{}}, q, k);
  answer doubled{0.4 * plain.value, zeros_like(q), zeros_like(k)};
  add(doubled.by_anchors, 0.4, plain.by_anchors), add(doubled.by_candidates, 0.4, plain.by_candidates);
  check_same(diagonal(moco_v3(0.2), q, k), doubled);

  auto by_q = zeros_like(q);
  const double without_queue =
      value_and_grad(serial{}, moco_n(0.2), diagonal_targets{}, q, candidates(as_unit(k)), {.anchors = by_q});
  CHECK(without_queue == Approx(plain.value).epsilon(1e-13));
  CHECK(largest_difference(by_q, plain.by_anchors) < 1e-13L);
}

TEST_CASE("SupMix is two SupCon losses in one sweep, and with lambda 1 the first of them", "[contrast]") {
  const auto z = some_rows(5), mixed = some_rows(6);
  const auto rows = stacked(z, mixed), other_rows = stacked(z, reversed(mixed));
  const std::vector<int> labels{2, 0, 2, 1, 0};
  const objective supcon{info_nce{.temperature = 0.3, .base_temperature = 0.1}, dot_product{}};
  const label_targets classes{.labels = labels, .views = 2};
  auto own = zeros_like(rows), other = own, found = own;
  const double of_own = value_and_grad(serial{}, supcon, classes, rows, own);
  const double of_other = value_and_grad(serial{}, supcon, classes, other_rows, other);
  const auto back = stacked(rows_of(other, 0, samples), reversed(rows_of(other, samples, samples)));

  for (const double lambda : {1.0, 0.3}) {
    auto expected = zeros_like(rows);
    add(expected, lambda, own), add(expected, 1 - lambda, back);
    const double value = value_and_grad(serial{}, supcon, supmix_targets{labels, lambda}, rows, found);
    CHECK(value == Approx(lambda * of_own + (1 - lambda) * of_other).epsilon(1e-13));
    CHECK(largest_difference(found, expected) < 1e-13L);
  }
}

TEST_CASE("Un-Mix is three MoCo losses in one sweep", "[contrast]") {
  const auto q = some_rows(7), mixed = some_rows(8), keys = some_rows(9), queue = some_rows(10, 7);
  const double lambda = 0.8, clean_weight = 0.5;
  const auto one = [&](const matrix<double>& queries) {
    answer found{0, zeros_like(queries), {}};
    found.value = value_and_grad(serial{}, moco(0.4), queue_targets{}, queries, candidates(own(keys), queue),
                                 {.anchors = found.by_anchors});
    return found;
  };
  const answer clean = one(q), first = one(mixed), second = one(reversed(mixed));
  auto of_clean = zeros_like(q), of_mixed = zeros_like(q);
  add(of_clean, clean_weight, clean.by_anchors);
  add(of_mixed, lambda, first.by_anchors), add(of_mixed, 1 - lambda, reversed(second.by_anchors));

  const un_mix_batch<double> batch(keys, lambda, clean_weight);
  objective criterion{un_mix_loss{.temperature = 0.4, .lambda = view(batch.lambda)}};
  criterion.reduce = reduction::weighted;
  criterion.weights = view(batch.weights);
  const auto queries = stacked(q, mixed);
  auto gradient = zeros_like(queries);
  const double value = value_and_grad(serial{}, criterion, un_mix_targets{}, queries,
                                      candidates(own(batch.own_keys()), queue), {.anchors = gradient});
  CHECK(value ==
        Approx(clean_weight * clean.value + lambda * first.value + (1 - lambda) * second.value).epsilon(1e-13));
  CHECK(largest_difference(gradient, stacked(of_clean, of_mixed)) < 1e-13L);
}

TEST_CASE("BYOL is the squared distance of unit rows, and mixed it is linear in the targets", "[contrast]") {
  const auto p = some_rows(11), z = some_rows(12);
  auto by_p = zeros_like(p), by_distance = by_p, by_partner = by_p, mixed = by_p;
  const double plain = value_and_grad(serial{}, byol{}, p, z, {.first = by_p}).value;
  const double distance =
      value_and_grad(serial{}, alignment{.power = 2, .form = rows::unit}, p, z, {.first = by_distance}).value;
  CHECK(plain == Approx(distance).epsilon(1e-13));
  CHECK(largest_difference(by_p, by_distance) < 1e-13L);

  const std::vector<index_t> partner{4, 3, 2, 1, 0};
  const std::vector<double> lambda{0.7};
  const double of_partners = value_and_grad(serial{}, byol{}, p, reversed(z), {.first = by_partner}).value;
  const double value =
      value_and_grad(serial{}, byol{.lambda = view(lambda), .partner = partner}, p, z, {.first = mixed}).value;
  auto expected = zeros_like(p);
  add(expected, 0.7, by_p), add(expected, 0.3, by_partner);
  CHECK(value == Approx(0.7 * plain + 0.3 * of_partners).epsilon(1e-13));
  CHECK(largest_difference(mixed, expected) < 1e-13L);

  auto by_simsiam = by_p;
  CHECK(4 * value_and_grad(serial{}, simsiam(), p, z, {.first = by_simsiam}).value == Approx(plain - 2).epsilon(1e-13));
}

TEST_CASE("a predicted row of length 0 has no BYOL gradient; NaN and infinity in one make value and gradient NaN",
          "[contrast]") {
  auto p = some_rows(13);
  const auto z = some_rows(14);
  for (index_t k = 0; k < width; ++k) p(1, k) = 0;
  auto by_p = zeros_like(p);
  CHECK(value_and_grad(serial{}, byol{}, p, z, {.first = by_p}).value > 0);
  for (index_t k = 0; k < width; ++k) CHECK(by_p(1, k) == 0);
  for (const double spoilt : {std::nan(""), HUGE_VAL})
    for (index_t at = 0; at < width; ++at) {
      p = some_rows(13);
      p(1, at) = spoilt;
      CHECK(std::isnan(value_and_grad(serial{}, byol{}, p, z, {.first = by_p}).value));
      CHECK(std::isnan(by_p(1, at)));
    }
}
