// SPDX-License-Identifier: BSD-3-Clause
// Losses over pairs as operators: of one set of rows, of segments, with own candidates, listed and synthetic negatives.
#include "autograd/loss_node.hpp"
#include "autograd/negatives_node.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/unicon.hpp>

#include <cmath>

using namespace mixcon_train;

namespace {
const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
}

TEST_CASE("any loss of mixcon is an operator, of one set of rows or of segments", "[autograd]") {
  reference_device on;
  const auto z = random_variable(on, {6, 3}, 11), u = random_variable(on, {6, 3}, 12);
  const std::vector<int> labels{0, 1, 0};
  check_gradients("supcon", {z},
                  [&] { return contrastive_loss(criterion, mixcon::label_targets{.labels = labels, .views = 2}, z); });
  const auto unicon = [&] { return contrastive_loss(criterion, mixcon::unicon_targets(labels), z, {u}); };
  check_gradients("unicon", {z, u}, unicon);
  check_gradients("unicon with negatives", {z, u}, [&] {
    return contrastive_loss(criterion, mixcon::unicon_negative_targets(labels), z, {z, u});
  });
  // the same rows as a constant on one side: the part of the other side remains
  backward(contrastive_loss(criterion, mixcon::unicon_targets(labels), z, {constant(z)}));
  CHECK(z.gradient());
}

TEST_CASE("each anchor can have a list of negatives among keys, by weights, behind its positive", "[autograd]") {
  reference_device on;
  const auto z = random_variable(on, {3, 4}, 1), positives = random_variable(on, {3, 4}, 2),
             keys = random_variable(on, {5, 4}, 3);
  mixcon::negative_list list(3, 2);
  list.put(0, 0, 4), list.put(0, 1, 1, 2.5), list.put(1, 0, 4), list.put(2, 1, 0);
  const auto loss = [&] {
    return contrastive_loss(criterion, mixcon::listed_targets{list}, z, {own(listed_rows(list, keys, positives))});
  };
  double expected = 0;
  const auto a = numbers_in(z), p = numbers_in(positives), k = numbers_in(keys);
  const auto likeness = [&](const std::vector<double>& other, std::size_t i, std::size_t j) {
    double product = 0, of_a = 0, of_other = 0;
    for (std::size_t x = 0; x < 4; ++x) {
      product += a[i * 4 + x] * other[j * 4 + x];
      of_a += a[i * 4 + x] * a[i * 4 + x], of_other += other[j * 4 + x] * other[j * 4 + x];
    }
    return std::exp(product / std::sqrt(of_a * of_other) / 0.5);
  };
  for (std::size_t i = 0; i < 3; ++i) {
    double partition = likeness(p, i, i);
    for (index_t s = 0; s < 2; ++s) {
      const int key = list.key_of(static_cast<index_t>(i), s);
      if (key >= 0)
        partition += list.weight_of(static_cast<index_t>(i), s) * likeness(k, i, static_cast<std::size_t>(key));
    }
    expected += std::log(partition / likeness(p, i, i)) / 3;
  }
  CHECK(loss().number() == Approx(expected));
  check_gradients("listed", {z, positives, keys}, loss);
  check_gradients("listed, without positives", {keys}, [&] { return listed_rows(list, keys); });
  const variable queue = constant(keys);
  backward(contrastive_loss(criterion, mixcon::listed_targets{list}, z, {own(listed_rows(list, queue, positives))}));
  CHECK(positives.gradient());
  CHECK(!queue.gradient());
}

TEST_CASE("synthetic negatives join a queue, and pass gradients to what they were mixed from", "[autograd]") {
  reference_device on;
  const auto z = random_variable(on, {2, 4}, 4), positives = random_variable(on, {2, 4}, 5),
             keys = random_variable(on, {3, 4}, 6), queue = random_variable(on, {4, 4}, 7);
  mixcon::mixture_list mixtures(2, 2);
  mixtures.put(0, 0, {0, 2, 0.3}), mixtures.put(0, 1, {mixcon::mixture::anchor, 1, 0.4});
  mixtures.put(1, 0, {mixcon::mixture::positive, 0, 0.2});
  for (const auto path : {mixcon::mixing_path::chord, mixcon::mixing_path::arc}) {
    const auto loss = [&] {
      const synthetic_rows made = synthetic_negatives(mixtures, z, positives, keys, path);
      CHECK(made.list->filled(0) == 2);
      CHECK(made.list->filled(1) == 1);
      return contrastive_loss(criterion, mixcon::listed_targets{*made.list}, z, {own(made.rows), queue});
    };
    check_gradients("synthetic", {z, positives, keys, queue}, loss);
  }
}
