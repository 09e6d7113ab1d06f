// SPDX-License-Identifier: BSD-3-Clause
// Gradients by anchors alone, where the forward pass of `tiled` sums the candidates: those of `serial`, and of two
// calls.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

struct found {
  double value = 0, by_temperature = 0;
  matrix<double> by_anchors;
};
struct sizes {
  index_t anchors, candidates, width;
};
constexpr sizes all_sizes[] = {{1, 1, 3}, {5, 400, 20}, {97, 193, 16}, {200, 385, 33}};

template <class T, class Executor, class Objective, class Targets, class Against>
found by_anchors(const Executor& executor, const Objective& of, const Targets& targets, const matrix<T>& anchors,
                 const Against& against) {
  found all;
  matrix<T> gradient = zeros_like(anchors);
  all.value = static_cast<double>(
      value_and_grad(executor, of, targets, anchors, against, {.anchors = gradient, .temperature = &all.by_temperature})
          .value);
  all.by_anchors = converted<double>(gradient);
  return all;
}

/// In double and float against serial in double, and the same bits with any number of threads.
template <class Objective, class Targets, class MakeCandidates>
void agrees_with_serial(const Objective& of, const Targets& targets, const matrix<double>& anchors,
                        const MakeCandidates& against) {
  const found expected = by_anchors(serial{}, of, targets, anchors, against(double{}));
  const auto check = [&](const found& f, long double relative) {
    CHECK(std::abs(f.value - expected.value) <= static_cast<double>(relative) * (1 + std::abs(expected.value)));
    CHECK(largest_difference(f.by_anchors, expected.by_anchors) <= relative * largest_entry(expected.by_anchors));
    CHECK(std::abs(f.by_temperature - expected.by_temperature) <=
          static_cast<double>(relative) * (1 + 10 * std::abs(expected.by_temperature)));
  };
  const matrix<float> narrow = converted<float>(anchors);
  const found one = by_anchors(tiled{.threads = 1}, of, targets, narrow, against(float{}));
  check(by_anchors(tiled{.threads = 1}, of, targets, anchors, against(double{})), 1e-10L);
  check(one, 2e-3L);
  for (const int threads : {2, 3}) {
    const found same = by_anchors(tiled{.threads = threads}, of, targets, narrow, against(float{}));
    CHECK(same.value == one.value);
    CHECK(largest_difference(same.by_anchors, one.by_anchors) == 0);
  }
}

}  // namespace

TEST_CASE("Anchors' gradients against a queue come from the forward pass's sums", "[engine]") {
  random_numbers draw(71);
  for (const sizes& size : all_sizes)
    for (const double temperature : {1.0, 0.07, 0.004}) {
      const auto query = random_embeddings<double>(size.anchors, size.width, draw),
                 key = random_embeddings<double>(size.anchors, size.width, draw),
                 queue = random_embeddings<double>(size.candidates, size.width, draw);
      const auto narrow_key = converted<float>(key), narrow_queue = converted<float>(queue);
      INFO(size.anchors << " anchors, " << size.candidates << " candidates, temperature " << temperature);
      agrees_with_serial(objective{info_nce{.temperature = temperature}, cosine{}}, queue_targets{}, query,
                         [&](auto number) {
                           if constexpr (sizeof(number) == sizeof(float))
                             return candidates(own(narrow_key), narrow_queue);
                           else
                             return candidates(own(key), queue);
                         });
    }
}

TEST_CASE("A positive that holds nearly all of a sum leaves the negatives their digits", "[engine]") {
  random_numbers draw(72);
  for (const double nearness : {1.0, 0.1, 0.01}) {
    const auto anchors = random_embeddings<double>(50, 16, draw), others = random_embeddings<double>(300, 16, draw);
    matrix<double> rows(350, 16);
    for (index_t i = 0; i < 350; ++i)
      for (index_t k = 0; k < 16; ++k)
        rows(i, k) = i < 50 ? anchors(i, k) + nearness * others(i, k) : others(i - 50, k);
    const auto narrow = converted<float>(rows);
    std::vector<int> labels(50), candidate_labels(350, -1);
    for (int i = 0; i < 50; ++i)
      labels[static_cast<std::size_t>(i)] = candidate_labels[static_cast<std::size_t>(i)] = i;
    const label_targets targets{.labels = labels, .candidate_labels = candidate_labels};
    for (const double temperature : {0.5, 0.05, 0.02}) {
      INFO("nearness " << nearness << ", temperature " << temperature);
      const objective of{info_nce{.temperature = temperature}, cosine{}};
      agrees_with_serial(of, targets, anchors, [&](auto number) {
        if constexpr (sizeof(number) == sizeof(float))
          return candidates(narrow);
        else
          return candidates(rows);
      });
    }
  }
}

TEST_CASE("Few and many positives, and anchors without any", "[engine]") {
  random_numbers draw(73);
  for (const index_t classes : {2, 20, 150}) {  // more than 8 of a class take the other way
    const auto anchors = random_embeddings<double>(130, 12, draw), rows = random_embeddings<double>(260, 12, draw);
    const auto narrow = converted<float>(rows);
    const std::vector<int> labels = random_labels(130, classes, draw),
                           candidate_labels = random_labels(260, classes, draw);
    INFO(classes << " classes");
    auto of = supcon(0.1);
    of.without_positive = no_positive::skip;
    agrees_with_serial(of, label_targets{.labels = labels, .candidate_labels = candidate_labels}, anchors,
                       [&](auto number) {
                         if constexpr (sizeof(number) == sizeof(float))
                           return candidates(narrow);
                         else
                           return candidates(rows);
                       });
  }
}

TEST_CASE("Rows whose exponentials need shifts of their own, or are not finite, take the other way", "[engine]") {
  random_numbers draw(74);
  const auto anchors = random_embeddings<double>(20, 8, draw);
  auto rows = random_embeddings<double>(40, 8, draw);
  const objective of{info_nce{.temperature = 0.5}, dot_product{}};
  for (index_t k = 0; k < 8; ++k) rows(7, k) *= 1e4;  // one shift does no longer
  const auto check = [&] {
    const found expected = by_anchors(serial{}, of, diagonal_targets{}, anchors, candidates(rows)),
                found = by_anchors(tiled{.threads = 1}, of, diagonal_targets{}, anchors, candidates(rows));
    for (index_t a = 0; a < anchors.rows(); ++a)
      for (index_t k = 0; k < anchors.width(); ++k) {
        const double want = expected.by_anchors(a, k), got = found.by_anchors(a, k);
        CHECK(((want != want && got != got) || std::abs(want - got) <= 1e-9 * (1 + std::abs(want))));
      }
  };
  check();
  rows(7, 0) = std::numeric_limits<double>::quiet_NaN();
  check();
}

TEST_CASE("Candidates so long that exponentials times them leave the numbers' range take the other way", "[engine]") {
  const index_t anchors = 4, rows = 200, width = 16;
  const objective of{info_nce{.temperature = 0.016}, dot_product{}};
  for (const double size : {1.0, 1e3, 1e7, 1e10, 1e-7, 1e-10}) {
    matrix<double> a(anchors, width), c(rows, width);
    for (std::size_t i = 0; i < a.entries().size(); ++i)
      a.entries()[i] = (1 + 0.05 * std::sin(1.7 * static_cast<double>(i))) / 4 / size;
    for (std::size_t i = 0; i < c.entries().size(); ++i)
      c.entries()[i] = (1 + 0.05 * std::cos(0.9 * static_cast<double>(i))) / 4 * size;
    const auto narrow = converted<float>(c);
    INFO("candidates of length " << size);
    agrees_with_serial(of, diagonal_targets{}, a, [&](auto number) {
      if constexpr (sizeof(number) == sizeof(float))
        return candidates(narrow);
      else
        return candidates(c);
    });
  }
}
