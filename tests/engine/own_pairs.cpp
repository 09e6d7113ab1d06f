// SPDX-License-Identifier: BSD-3-Clause
// The anchors' own candidates, on lanes and where they stand: any number of them, against `serial` in double, at rows
// of any length; hidden rows change nothing.
#include "engine/gradient_case.hpp"
#include "support/agreement.hpp"
#include "support/catch.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/contrastive_distillation.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/nt_xent_per_pair.hpp>
#include <mixcon/losses/triplet_margin.hpp>

#include <limits>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t anchors = 7, width = 32, others = 5;  // whole vectors, so that own rows may stand

struct given {
  matrix<double> query, own, shared;  // (N, D), (N k, D), (M, D)
  table_targets targets;

  explicit given(index_t number)
      : query(random(1, anchors)), own(random(2, anchors * number)), shared(random(3, others)) {
    random_numbers draw(4);
    targets.own = matrix<role<double>>(anchors, number);
    targets.shared = matrix<role<double>>(anchors, others);
    for (role<double>& r : targets.own.entries()) r = role_of(draw);
    for (role<double>& r : targets.shared.entries()) r = role_of(draw);
    for (index_t a = 0; a < anchors; ++a) targets.shared(a, 0) = {true, 1, 1}, targets.shared(a, 1) = {false, 1, 0};
  }

 private:
  static matrix<double> random(std::uint64_t seed, index_t rows) {
    random_numbers draw(seed);
    return converted<double>(random_embeddings<float>(rows, width, draw));
  }
  static role<double> role_of(random_numbers& draw) {
    const bool positive = draw.chance(0.2), hidden = !positive && draw.chance(0.3);
    return {positive, hidden ? 0.0 : 0.5 + 0.25 * static_cast<double>(draw.chance(0.5)), positive ? 1.0 : 0.0};
  }
};

struct answer {
  double value = 0, scale = 0;
  matrix<double> query, own, shared;
};
/// `gap`: numbers between an anchor's own rows and those of the next; with some they cannot stand.
template <class T, class Executor, class Objective>
answer answer_of(const Executor& executor, const Objective& criterion, const given& g, index_t gap = 0) {
  const index_t number = g.targets.own.width(), step = number * width + gap;
  const auto query = converted<T>(g.query), shared = converted<T>(g.shared);
  auto by_query = zeros_like(query), by_own = converted<T>(zeros_like(g.own)), by_shared = zeros_like(shared);
  std::vector<T> rows(static_cast<std::size_t>(anchors * step));
  for (index_t a = 0; a < anchors; ++a)
    for (index_t k = 0; k < number * width; ++k)
      rows[static_cast<std::size_t>(a * step + k)] = static_cast<T>(g.own.data()[a * number * width + k]);
  const tensor_view<const T, 3> of_anchors(rows.data(), {anchors, number, width}, {step, width, 1});
  const tensor_view<T, 3> by_own_rows(by_own.data(), {anchors, number, width});
  answer found;
  gradients<T> wanted{.anchors = view(by_query), .scale = &found.scale};
  wanted.candidates = {by_own_rows, view(by_shared)};
  found.value = static_cast<double>(
      value_and_grad(executor, criterion, g.targets, query, candidates(own(of_anchors), shared), wanted).value);
  found.query = converted<double>(by_query), found.own = converted<double>(by_own);
  found.shared = converted<double>(by_shared);
  return found;
}
void check_near(const answer& found, const answer& right, double bound) {
  const auto most = static_cast<long double>(bound);
  CHECK(found.value == Approx(right.value).epsilon(bound));
  CHECK(found.scale == Approx(right.scale).epsilon(bound).margin(bound));
  CHECK(largest_difference(found.query, right.query) <= most * (1 + largest_entry(right.query)));
  CHECK(largest_difference(found.own, right.own) <= most * (1 + largest_entry(right.own)));
  CHECK(largest_difference(found.shared, right.shared) <= most * (1 + largest_entry(right.shared)));
}
template <class Check>
void for_each_loss(const Check& check) {
  check("InfoNCE", objective{info_nce{.temperature = 0.2}, cosine{}});
  check("CRD", objective{contrastive_distillation{.temperature = 0.2, .negatives = 5, .samples = 50}, cosine{}});
  check("multi-similarity", objective{multi_similarity{}, cosine{}});
  check("NT-Xent of pairs", objective{nt_xent_per_pair{.temperature = 0.2}, cosine{}});
  check("InfoNCE of rows as given", objective{info_nce{.temperature = 4}, dot_product{}});
  check("InfoNCE by distance", objective{info_nce{.temperature = 4}, negative_squared_distance{}});
}

}  // namespace

TEST_CASE("Own candidates of any number give what serial gives in double", "[engine]") {
  for (const index_t number : {1, 3, 15, 16, 17, 70})
    for_each_loss([&](const char* name, const auto& criterion) {
      INFO(name << ", " << number << " own");
      const given g(number);
      const answer right = answer_of<double>(serial{}, criterion, g);
      for (const index_t gap : {0, 1}) {
        check_near(answer_of<float>(tiled{.threads = 2}, criterion, g, gap), right, 2e-5);
        check_near(answer_of<double>(tiled{.threads = 1}, criterion, g, gap), right, 1e-12);
      }
    });
}

TEST_CASE("Own rows that lie as packed ones do are not copied", "[engine]") {
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  for (const index_t number : {1, 3}) {
    const given g(number);
    index_t bytes[2] = {0, 0};
    for (const index_t gap : {0, 1}) {
      workspace memory;
      const std::vector<float> rows(static_cast<std::size_t>(anchors * (number * width + gap)), 0.5F);
      const tensor_view<const float, 3> own_rows(rows.data(), {anchors, number, width},
                                                 {number * width + gap, width, 1});
      const matrix_view<const float> one_each(rows.data(), {anchors, width}, {width + gap, 1});
      const auto query = converted<float>(g.query), shared = converted<float>(g.shared);
      auto by_query = zeros_like(query);
      const gradients<float> wanted{.anchors = view(by_query)};
      const auto call = [&](const auto& against) {
        (void)value_and_grad(tiled{.threads = 1}, criterion, g.targets, query, against, wanted, memory);
      };
      if (number == 1)
        call(candidates(own(one_each), shared));
      else
        call(candidates(own(own_rows), shared));
      bytes[gap] = memory.bytes();
    }
    // copies less one factor and one slope a row, and what rounds blocks of memory
    CHECK(bytes[1] - bytes[0] >= anchors * number * width * static_cast<index_t>(sizeof(float)) / 3);
  }
}

TEST_CASE("Unit own rows beside anchors as given keep to the range of their type", "[engine]") {
  for (const double length : {1e28, 1e-28}) {
    given g(3);
    const objective plain{info_nce{.temperature = 1}, cosine{}};
    const double right = answer_of<double>(serial{}, plain, g).value;
    for (double& x : g.query.entries()) x *= length;
    for (index_t a = 0; a < anchors; ++a) {
      double square = 0;
      for (index_t k = 0; k < width; ++k) square += g.query(a, k) * g.query(a, k);
      for (index_t k = 0; k < width; ++k) g.query(a, k) *= length / std::sqrt(square);
    }
    for (double& x : g.own.entries()) x *= length > 1 ? 1e11 : 1e-11;
    const objective criterion{info_nce{.temperature = length}, dot_product{rows::as_given, rows::unit}};
    CHECK(answer_of<float>(tiled{.threads = 1}, criterion, g).value == Approx(right).epsilon(1e-5));
  }
}

TEST_CASE("Triplets may be of own candidates alone", "[engine]") {
  const given g(4);
  const auto rows = g.own;
  const tensor_view<const double, 3> own_rows(rows.data(), {anchors, 4, width});
  table_targets targets = g.targets;
  for (index_t a = 0; a < anchors; ++a)
    for (index_t j = 0; j < 4; ++j) targets.own(a, j) = {j == 0, 1, j == 0 ? 1.0 : 0.0};
  const objective criterion{triplet_margin{.margin = 2}, cosine{}};
  matrix<double> by_query[2] = {zeros_like(g.query), zeros_like(g.query)};
  const double values[] = {
      value_and_grad(serial{}, criterion, targets, g.query, candidates(own(own_rows)), {.anchors = view(by_query[0])})
          .value,
      value_and_grad(tiled{.threads = 2}, criterion, targets, g.query, candidates(own(own_rows)),
                     {.anchors = view(by_query[1])})
          .value};
  double right = 0;
  for (index_t a = 0; a < anchors; ++a) {
    const auto cosine_of = [&](index_t j) {
      double product = 0, x = 0, y = 0;
      for (index_t k = 0; k < width; ++k) {
        const double p = g.query(a, k), q = g.own(a * 4 + j, k);
        product += p * q, x += p * p, y += q * q;
      }
      return product / std::sqrt(x * y);
    };
    for (index_t j = 1; j < 4; ++j) right += 2 - cosine_of(0) + cosine_of(j);
  }
  CHECK(values[0] == Approx(right / (3 * anchors)));
  CHECK(values[1] == Approx(values[0]).epsilon(1e-13));
  CHECK(largest_difference(by_query[0], by_query[1]) < 1e-13L);
  CHECK(largest_entry(by_query[0]) > 0);
}

TEST_CASE("Long lists of own candidates lose no digits", "[engine]") {
  const given g(1200);
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  check_near(answer_of<float>(tiled{.threads = 1}, criterion, g), answer_of<double>(serial{}, criterion, g), 2e-6);
}

TEST_CASE("Unit rows may have had any length, 0 too", "[engine]") {
  const objective criterion{contrastive_distillation{.temperature = 0.2, .negatives = 5, .samples = 50}, cosine{}};
  for (const double length : {1e-30, 1e-14, 1e-6, 1e6, 1e14, 1e30}) {
    INFO(length);
    given g(4);
    const answer before = answer_of<double>(serial{}, criterion, g);
    for (index_t k = 0; k < width; ++k) g.own(3, k) *= length;
    if (length > 1e-12) {
      const answer found = answer_of<float>(tiled{.threads = 1}, criterion, g);
      CHECK(found.value == Approx(before.value).epsilon(1e-5));
      CHECK(largest_difference(found.query, before.query) <= 1e-5L * (1 + largest_entry(before.query)));
      for (index_t k = 0; k < width; ++k)
        CHECK(found.own(3, k) * length ==
              Approx(before.own(3, k)).margin(1e-5 * (1 + static_cast<double>(largest_entry(before.own)))));
    }
    for (index_t k = 0; k < width; ++k) g.own(3, k) = 0;
    const answer of_zero = answer_of<float>(tiled{.threads = 1}, criterion, g);
    check_near(of_zero, answer_of<double>(serial{}, criterion, g), 2e-5);
    for (index_t k = 0; k < width; ++k) CHECK(of_zero.own(3, k) == 0);
  }
}

TEST_CASE("Hidden own rows may be NaN or infinite", "[engine]") {
  for_each_loss([&](const char* name, const auto& criterion) {
    INFO(name);
    given g(5);
    for (index_t a = 0; a < anchors; ++a) g.targets.own(a, 2) = {false, 0, 0};
    const answer right = answer_of<double>(serial{}, criterion, g);
    for (const double entry : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      given odd = g;
      for (index_t a = 0; a < anchors; ++a) odd.own(a * 5 + 2, 7) = entry;
      answer found = answer_of<float>(tiled{.threads = 1}, criterion, odd);
      for (index_t a = 0; a < anchors; ++a)  // a gradient by a NaN has no meaning
        for (index_t k = 0; k < width; ++k) found.own(a * 5 + 2, k) = right.own(a * 5 + 2, k);
      check_near(found, right, 2e-5);
    }
  });
}
