// SPDX-License-Identifier: BSD-3-Clause
// Distances keep what similarity.hpp promises of them, pair by pair, wherever rows lie and however long they are.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/statistics/sum_of.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/triplet_margin.hpp>

#include <limits>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// The logits themselves.
struct sum_of_logits {
  static constexpr auto scope = each::anchor;
  auto statistics() const { return pack{sum_of{over::negatives}}; }
  template <class T>
  MIXCON_HD T value(T sum) const {
    return sum;
  }
};

/// Anchors and candidates, some of which are copies of anchors, whole or but for one bit.
template <class T>
struct row_pairs {
  matrix<T> anchors, candidates;

  /// place(i, x): where a number x of row i goes; i counts on from anchors to candidates.
  template <class Place>
  row_pairs(index_t width, Place&& place)
      : anchors(random_embeddings<T>(37, width, 5)), candidates(random_embeddings<T>(45, width, 6)) {
    const auto move = [&](matrix<T>& rows, index_t first) {
      for (index_t i = 0; i < rows.rows(); ++i)
        for (index_t k = 0; k < width; ++k) rows(i, k) = static_cast<T>(place(first + i, rows(i, k)));
    };
    move(anchors, 0), move(candidates, 37);
    for (index_t c = 1; c < 45; c += 3)
      for (index_t k = 0; k < width; ++k) candidates(c, k) = anchors(c % 37, k);
    for (index_t c = 1; c < 45; c += 6)
      candidates(c, 0) = std::nextafter(candidates(c, 0), std::numeric_limits<T>::infinity());
  }
};

template <class T>
long double distance_between(const T* a, const T* c, index_t width) {
  long double sum = 0;
  for (index_t k = 0; k < width; ++k) {
    const long double apart = static_cast<long double>(a[k]) - static_cast<long double>(c[k]);
    sum += apart * apart;
  }
  return std::sqrt(sum);
}

/// Every anchor sees one candidate: values and gradients are those of single pairs.
template <class T, class Executor, class Similarity>
void check_pairs(const Executor& executor, const Similarity& similarity, const row_pairs<T>& rows) {
  constexpr bool squares = std::is_same_v<Similarity, negative_squared_distance>;
  const index_t width = rows.anchors.width();
  const long double eps = static_cast<long double>(std::numeric_limits<T>::epsilon()) / 2,
                    bound = 4 * static_cast<long double>(width + 8) * eps;
  const auto least = static_cast<long double>(std::numeric_limits<T>::denorm_min()),
             most = static_cast<long double>(std::numeric_limits<T>::max());
  objective criterion{sum_of_logits{}, similarity};
  criterion.reduce = reduction::sum;
  index_t failures = 0;
  for (const index_t shift : {0, 1, 8, 20, 44}) {
    const auto seen = [shift](index_t a) { return (a + shift) % 45; };
    const auto targets =
        targets_of([&](index_t a, index_t c) { return c == seen(a) ? negative_pair() : hidden_pair(); });
    saved_for<decltype(criterion), matrix<T>> saved;
    forward(executor, criterion, targets, rows.anchors, rows.candidates, saved);
    const std::vector<T> values = saved.template values<0>();
    auto by_anchors = zeros_like(rows.anchors), by_candidates = zeros_like(rows.candidates);
    backward(executor, criterion, targets, rows.anchors, rows.candidates, saved, 1,
             {.anchors = by_anchors, .candidates = {by_candidates}});
    for (index_t i = 0; i < 37; ++i) {
      const T *a = &rows.anchors(i, 0), *c = &rows.candidates(seen(i), 0);
      const long double distance = distance_between(a, c, width), expected = squares ? distance * distance : distance;
      const auto found = -static_cast<long double>(values[static_cast<std::size_t>(i)]);
      const long double of_value = (squares ? 2 : 1) * bound;
      bool right =
          expected > most ? found > most * (1 - of_value) : std::fabs(found - expected) <= of_value * expected + least;
      if (distance == 0) right = found == 0;
      const long double size = squares ? 2 * distance : 1;
      const long double of_slope = distance == 0 ? 0 : size * (2 * bound + least / distance) + least;
      for (index_t k = 0; k < width && distance < most / 2; ++k) {
        const long double apart = static_cast<long double>(a[k]) - static_cast<long double>(c[k]);
        const long double slope = distance == 0 ? 0 : -size * (apart / distance);
        right = right && std::fabs(static_cast<long double>(by_anchors(i, k)) - slope) <= of_slope &&
                std::fabs(static_cast<long double>(by_candidates(seen(i), k)) + slope) <= of_slope;
      }
      failures += right ? 0 : 1;
    }
  }
  CHECK(failures == 0);
}

template <class T>
std::vector<row_pairs<T>> all_rows(index_t width) {
  const double huge = sizeof(T) == sizeof(float) ? 1e20 : 1e200, tiny = sizeof(T) == sizeof(float) ? 1e-25 : 1e-250,
               subnormal = sizeof(T) == sizeof(float) ? 1e-40 : 1e-310,
               largest = static_cast<double>(std::numeric_limits<T>::max());
  const auto everywhere = [](double size) { return [=](index_t, T x) { return size * static_cast<double>(x); }; };
  return {
      {width, everywhere(1)},
      {width, everywhere(huge)},
      {width, everywhere(tiny)},
      {width, everywhere(subnormal)},
      {width, everywhere(largest / 16)},
      {width, [](index_t, T x) { return 1e5 + static_cast<double>(x); }},
      {width, [=](index_t, T x) { return huge * (1e3 + static_cast<double>(x)); }},
      {width, [=](index_t i, T x) { return (i % 3 == 0   ? huge
                                            : i % 3 == 1 ? tiny
                                                         : 1) *
                                           static_cast<double>(x); }},
      {width, [](index_t i, T x) { return (i % 2 == 0 ? 1e3 : -1) + 1e-3 * static_cast<double>(x); }},
  };
}

}  // namespace

TEMPLATE_TEST_CASE("Distances and their gradients are exact to the promise over the whole range, by every engine",
                   "[engine]", float, double) {
  for (const index_t width : {1, 3, 65}) {
    int kind = 0;
    for (const auto& rows : all_rows<TestType>(width)) {
      INFO("width " << width << ", rows of kind " << kind++);
      check_pairs(serial{}, negative_distance{}, rows);
      check_pairs(tiled{.threads = 1}, negative_distance{}, rows);
      check_pairs(tiled{.threads = 1}, negative_squared_distance{}, rows);
    }
  }
}

TEST_CASE("Distances from differences: threads change no bit, in tiles of near and of far pairs", "[engine]") {
  auto z = random_embeddings<float>(300, 9, 2);
  for (index_t i = 0; i < 300; ++i)
    for (index_t k = 0; k < 9; ++k) z(i, k) += i % 5 < 2 ? 40.0F : 0.0F;
  const objective criterion{sum_of_logits{}, negative_distance{}};
  const auto targets = targets_of([](index_t a, index_t c) { return a == c ? hidden_pair() : negative_pair(); });
  auto first = zeros_like(z);
  const float value = value_and_grad(tiled{.threads = 1}, criterion, targets, z, first);
  for (const int threads : {2, 3, 7}) {
    auto gradient = zeros_like(z);
    CHECK(value_and_grad(tiled{.threads = threads}, criterion, targets, z, gradient).value == value);
    CHECK(gradient == first);
  }
}

TEST_CASE("a NaN stays in a length, wherever it stands", "[engine]") {
  for (const index_t count : {1, 3, 8, 20})
    for (index_t at = 0; at < count; ++at) {
      const auto entry = [at](index_t k) {
        return k == at ? std::numeric_limits<double>::quiet_NaN() : 1e250 * static_cast<double>(1 + k);
      };
      CHECK(std::isnan(mixcon::detail::length_of<double>(count, entry)));
      CHECK(std::isnan(mixcon::detail::length_of<float>(count, entry)));
    }
}

TEST_CASE("Triplets of rows far from the origin, huge or tiny are those of the same rows at home", "[engine]") {
  std::vector<int> labels;
  for (int i = 0; i < 20; ++i) labels.push_back(i % 4);
  auto z = random_embeddings<float>(20, 5, 9);
  for (float& x : z.entries()) x = std::round(x * 64) / 64;  // moved without rounding
  const auto gradient_of = [&](const auto& executor, const matrix<float>& rows, double margin) {
    const objective criterion{triplet_margin{.margin = margin}, negative_distance{}};
    auto gradient = zeros_like(rows);
    CHECK(value_and_grad(executor, criterion, label_targets{.labels = labels}, rows, gradient).value > 0);
    return gradient;
  };
  const auto check = [&](const auto& executor) {
    const auto expected = gradient_of(executor, z, 1);
    const auto compare = [&](auto&& move, double scale) {
      auto moved = z;
      for (float& x : moved.entries()) x = move(x);
      const auto found = gradient_of(executor, moved, scale);
      for (std::size_t k = 0; k < expected.entries().size(); ++k)
        CHECK(found.entries()[k] == Approx(expected.entries()[k]).epsilon(1e-5).margin(1e-6));
    };
    compare([](float x) { return x + 4096; }, 1);
    compare([](float x) { return x * 0x1p70F; }, 0x1p70);
    compare([](float x) { return x * 0x1p-100F; }, 0x1p-100);
  };
  check(serial{});
  check(tiled{.threads = 1});
}
