// SPDX-License-Identifier: BSD-3-Clause
// Losses with a proxy a class, and of neighbours: what is special to each, and what they have in common.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/arcface.hpp>
#include <mixcon/losses/nca.hpp>
#include <mixcon/losses/normface.hpp>
#include <mixcon/losses/proxy_anchor.hpp>
#include <mixcon/losses/proxy_nca.hpp>
#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

struct rows_and_proxies {
  matrix<double> z = random_embeddings<double>(7, 4, 41), proxies = random_embeddings<double>(3, 4, 42);
  std::vector<int> labels{0, 1, 1, 2, 0, 1, 2};
  matrix<double> by_z = zeros_like(z), by_proxies = zeros_like(proxies);
};
struct answer_of_proxies {
  double value;
  matrix<double> by_z, by_proxies;
};
template <class Objective>
answer_of_proxies evaluated(const Objective& criterion) {
  auto [z, proxies, labels, by_z, by_proxies] = rows_and_proxies{};
  const double value = value_and_grad(tiled{}, criterion, class_targets{.labels = labels}, z, proxies,
                                      {.anchors = by_z, .candidates = {by_proxies}});
  return {value, by_z, by_proxies};
}
void check_same(const answer_of_proxies& a, const answer_of_proxies& b) {
  CHECK(a.value == Approx(b.value).epsilon(1e-12));
  CHECK(largest_difference(a.by_z, b.by_z) < 1e-11L);
  CHECK(largest_difference(a.by_proxies, b.by_proxies) < 1e-11L);
}

}  // namespace

TEST_CASE("arcface without a margin is normface, and as its page calls it", "[contrast]") {
  auto [z, proxies, labels, by_z, by_proxies] = rows_and_proxies{};
  const objective faces{arcface{.scale = 64, .margin = 0.5}, cosine{}};
  const double loss = value_and_grad(tiled{}, faces, class_targets{.labels = labels}, z, proxies,
                                     {.anchors = by_z, .candidates = {by_proxies}});
  const auto without = evaluated(objective{arcface{.scale = 16, .margin = 0}, cosine{}});
  CHECK(loss > without.value);
  check_same(without, evaluated(normface(1.0 / 16)));
}

TEST_CASE("arcface has a finite gradient where an embedding is its proxy, and where it is the opposite", "[contrast]") {
  const matrix<double> proxies = random_embeddings<double>(2, 3, 43);
  const std::vector<int> labels{0, 1};
  for (const double sign : {1.0, -1.0}) {
    matrix<double> z = proxies;
    for (double& x : z.entries()) x *= sign;
    auto by_z = z, by_proxies = z;
    const double loss = value_and_grad(tiled{}, objective{arcface{}, cosine{}}, class_targets{.labels = labels}, z,
                                       proxies, {.anchors = by_z, .candidates = {by_proxies}});
    CHECK(std::isfinite(loss));
    CHECK(all_finite(by_z));
    CHECK(all_finite(by_proxies));
  }
}

TEST_CASE("proxy_nca is normface at a temperature of 1 / (2 scale)", "[contrast]") {
  auto [z, proxies, labels, by_z, by_proxies] = rows_and_proxies{};
  const double loss = value_and_grad(tiled{}, proxy_nca(3), class_targets{.labels = labels}, z, proxies,
                                     {.anchors = by_z, .candidates = {by_proxies}});
  const auto same = evaluated(normface(1.0 / 6));
  CHECK(loss == Approx(same.value).epsilon(1e-12));
  check_same(evaluated(proxy_nca(3)), same);
}

TEST_CASE("normface as its page calls it", "[contrast]") {
  auto [z, proxies, labels, by_z, by_proxies] = rows_and_proxies{};
  const double loss = value_and_grad(tiled{}, normface(0.05), class_targets{.labels = labels}, z, proxies,
                                     {.anchors = by_z, .candidates = {by_proxies}});
  CHECK(loss == evaluated(objective{info_nce{.temperature = 0.05}, cosine{}}).value);
}

TEST_CASE("proxy_anchor as its page calls it; a class without members pushes and does not pull", "[contrast]") {
  auto [z, proxies, labels, by_z, by_proxies] = rows_and_proxies{};
  const objective anchored{proxy_anchor{.alpha = 32, .margin = 0.1}, cosine{}};
  const double loss = value_and_grad(tiled{}, anchored, member_targets{.labels = labels}, proxies, z,
                                     {.anchors = by_proxies, .candidates = {by_z}});
  CHECK(loss > 0);
  // a proxy at right angles to all rows, of no class: its push is log(1 + 7 e^(32 * 0.1))
  matrix<double> wide(7, 5), more(4, 5);
  for (index_t k = 0; k < 4; ++k) {
    for (index_t i = 0; i < 7; ++i) wide(i, k) = z(i, k);
    for (index_t c = 0; c < 3; ++c) more(c, k) = proxies(c, k);
  }
  more(3, 4) = 1;
  auto by_wide = wide, by_more = more;
  const double with = value_and_grad(tiled{}, anchored, member_targets{.labels = labels}, more, wide,
                                     {.anchors = by_more, .candidates = {by_wide}});
  double pushes = 0;
  for (index_t c = 0; c < 3; ++c) {
    long double sum = 0;
    for (index_t i = 0; i < 7; ++i) {
      long double dot = 0, a = 0, b = 0;
      for (index_t k = 0; k < 4; ++k)
        dot += static_cast<long double>(z(i, k) * proxies(c, k)), a += static_cast<long double>(z(i, k) * z(i, k)),
            b += static_cast<long double>(proxies(c, k) * proxies(c, k));
      if (labels[static_cast<std::size_t>(i)] != static_cast<int>(c))
        sum += std::exp(32 * (dot / std::sqrt(a * b) + 0.1L));
    }
    pushes += static_cast<double>(std::log1p(sum));
  }
  const double alone = std::log1p(7 * std::exp(3.2));
  CHECK(with == Approx(loss - pushes / 3 + (pushes + alone) / 4).epsilon(1e-12));
}

TEST_CASE("labels that are no class are refused by both kinds of proxy targets", "[contrast]") {
  auto [z, proxies, labels, by_z, by_proxies] = rows_and_proxies{};
  labels[2] = 3;
  CHECK_THROWS_WITH(value_and_grad(tiled{}, normface(), class_targets{.labels = labels}, z, proxies, {.anchors = by_z}),
                    ContainsSubstring("class_targets: label 2 is 3 for 3 classes"));
  CHECK_THROWS_WITH(value_and_grad(tiled{}, normface(), member_targets{.labels = labels}, proxies, z, {}),
                    ContainsSubstring("member_targets: label 2 is 3 for 3 classes"));
}

TEST_CASE("nca and group_softmax as their pages call them; with one class they are 0", "[contrast]") {
  auto z = random_embeddings<double>(6, 4, 44);
  std::vector<int> labels{0, 1, 0, 1, 2, 0};
  auto gradient = zeros_like(z);
  const double neighbours = value_and_grad(tiled{}, nca(1), label_targets{.labels = labels}, z, gradient);
  const objective grouped{group_softmax{.temperature = 0.1}, cosine{}};
  const double loss = value_and_grad(tiled{}, grouped, label_targets{.labels = labels}, z, gradient);
  CHECK(neighbours > 0);
  CHECK(loss > 0);

  // -scale d^2 = 2 scale (cosine - 1): the same groups at a temperature of 1 / (2 scale)
  const objective same{group_softmax{.temperature = 0.5}, cosine{}};
  CHECK(neighbours == Approx(value_and_grad(tiled{}, same, label_targets{.labels = labels}, z, gradient)));

  labels.assign(6, 1);
  CHECK(value_and_grad(tiled{}, grouped, label_targets{.labels = labels}, z, gradient) == 0.0);
  CHECK(largest_entry(gradient) == 0);
}

TEST_CASE("group_softmax with one positive is supcon_inside", "[contrast]") {
  const auto z = random_embeddings<double>(6, 4, 45);
  const std::vector<int> labels{0, 1, 2, 0, 1, 2};
  auto one = zeros_like(z), other = zeros_like(z);
  const label_targets targets{.labels = labels};
  CHECK(value_and_grad(tiled{}, objective{group_softmax{}, cosine{}}, targets, z, one) ==
        Approx(value_and_grad(tiled{}, objective{supcon_inside{}, cosine{}}, targets, z, other)).epsilon(1e-13));
  CHECK(largest_difference(one, other) < 1e-13L);
}
