// SPDX-License-Identifier: BSD-3-Clause
// Infinite Class Mixup in a workspace: the same bits, and after the first call no allocation, whichever way is taken.
#include "support/catch.hpp"
#include "support/counted_allocations.hpp"
#include "support/embeddings.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/infinite_class_mixup.hpp>

#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

struct sizes {
  index_t samples, width, classes;
};

pair_targets mixtures(const sizes& of) {
  pair_targets targets;
  for (index_t i = 0; i < of.samples; ++i) {
    targets.own.push_back(i % of.classes), targets.partner.push_back((i * 3 + 1) % of.classes);
    targets.lambda.push_back(i % 7 == 3 ? 1.0 : 0.15 + 0.1 * static_cast<double>(i % 6));
  }
  return targets;
}

struct answer {
  float value = 0;
  matrix<float> features, weight;
  std::vector<float> bias;
};

template <class Executor>
void check_in_workspace(const Executor& executor, const infinite_class_mixup& loss, const sizes& of) {
  const auto features = random_embeddings<float>(of.samples, of.width, 1),
             weight = random_embeddings<float>(of.classes, of.width, 2);
  const std::vector<float> bias(static_cast<std::size_t>(of.classes), 0.25F);
  const pair_targets targets = mixtures(of);
  const answer fresh{0, zeros_like(features), zeros_like(weight), bias};
  answer plain = fresh, kept = fresh;
  const auto wanted = [](answer& to) {
    return classifier_gradients<float>{view(to.features), view(to.weight), view(to.bias)};
  };
  plain.value = value_and_grad(executor, loss, targets, features, weight, bias, wanted(plain)).value;
  workspace memory;
  const auto call = [&] {
    kept.value = value_and_grad(executor, loss, targets, features, weight, bias, wanted(kept), memory).value;
  };
  call();
  const long before = allocations;
  call(), call();
  const long count = allocations - before;
  INFO(of.samples << " samples, " << of.width << " features, " << of.classes << " classes");
  CHECK(count == 0);
  CHECK(kept.value > 0);
  CHECK(kept.value == plain.value);
  CHECK(kept.features == plain.features);
  CHECK(kept.weight == plain.weight);
  CHECK(kept.bias == plain.bias);
}

}  // namespace

TEST_CASE("Infinite Class Mixup in a workspace allocates nothing after the first call", "[losses]") {
  thread_pool pool(3);
  using duplicates = infinite_class_mixup::duplicates;
  // By mixed weights, by the logits of classes, and by a square of these.
  for (const sizes of : {sizes{6, 5, 9}, sizes{20, 40, 3}, sizes{80, 96, 3}})
    for (const duplicates same : {duplicates::keep, duplicates::hide}) {
      const infinite_class_mixup loss{.same_classifiers = same};
      check_in_workspace(serial{}, loss, of);
      check_in_workspace(tiled{.threads = 1}, loss, of);
      check_in_workspace(tiled{.pool = &pool}, loss, of);
    }
}
