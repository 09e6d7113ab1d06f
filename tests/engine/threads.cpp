// SPDX-License-Identifier: BSD-3-Clause
// The tiled engine gives the same bits for any number of threads, every time.
#include "support/effort.hpp"
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Everything that a call returns.
template <class T>
struct answers {
  T value{};
  matrix<T> anchors, candidates;
  double temperature = 0, bias = 0;

  bool same_bits_as(const answers& other) const {
    return same_bits(value, other.value) && same_bits(anchors, other.anchors) &&
           same_bits(candidates, other.candidates) && same_bits(temperature, other.temperature) &&
           same_bits(bias, other.bias);
  }
};

template <class T, class Objective, class Targets>
answers<T> answers_of(const tiled& executor, const Objective& criterion, const Targets& targets, const matrix<T>& a,
                      const matrix<T>& c) {
  answers<T> got{.anchors = zeros_like(a), .candidates = zeros_like(c)};
  got.value = value_and_grad(
      executor, criterion, targets, a, c,
      {.anchors = got.anchors, .candidates = {got.candidates}, .temperature = &got.temperature, .bias = &got.bias});
  return got;
}

}  // namespace

TEMPLATE_TEST_CASE("value and gradients are the same bits over 1, 2, 3, 4 and 8 threads", "[engine]", float, double) {
  random_numbers draw(1);
  const index_t shapes[][3] = {{1, 1, 1}, {97, 385, 17}, {500, 200, 8}, {401, 401, 33}, {96, 2000, 4}};
  for (const auto& [anchors, number, width] : shapes) {
    const auto a = random_embeddings<TestType>(anchors, width, draw),
               c = random_embeddings<TestType>(number, width, draw);
    const auto mine = random_labels(anchors, 11, draw), theirs = random_labels(number, 11, draw);
    objective criterion{info_nce{.temperature = 0.1}, cosine{}};
    criterion.direction = {0.5, 0.5};
    const label_targets targets{.labels = mine, .candidate_labels = theirs};
    const auto alone = answers_of(tiled{.threads = 1}, criterion, targets, a, c);
    for (const int threads : {2, 3, 4, 8}) {
      INFO(threads << " threads, " << anchors << " anchors, " << number << " candidates");
      CHECK(answers_of(tiled{.threads = threads}, criterion, targets, a, c).same_bits_as(alone));
    }
    CHECK(answers_of(tiled{}, criterion, targets, a, c).same_bits_as(alone));
  }
}

TEST_CASE("distances give the same bits over any number of threads", "[engine]") {
  random_numbers draw(2);
  const auto z = random_embeddings<float>(403, 9, draw);
  const auto labels = random_labels(403, 30, draw);
  const objective criterion{supcon_inside{.temperature = 2}, negative_distance{}};
  const label_targets targets{.labels = labels};
  const auto alone = answers_of(tiled{.threads = 1}, criterion, targets, z, z);
  for (const int threads : {2, 3, 4, 8})
    CHECK(answers_of(tiled{.threads = threads}, criterion, targets, z, z).same_bits_as(alone));
}

TEST_CASE("a hundred repeats in one pool give the same bits", "[engine]") {
  random_numbers draw(3);
  const auto z = random_embeddings<float>(300, 16, draw);
  const objective criterion{info_nce{.temperature = 0.1}, cosine{}};
  thread_pool pool(4);
  const tiled executor{.pool = &pool};
  const auto first = answers_of(executor, criterion, view_targets{.samples = 150}, z, z);
  for (int i = 0; i < repeats(100); ++i)
    REQUIRE(answers_of(executor, criterion, view_targets{.samples = 150}, z, z).same_bits_as(first));
}

TEST_CASE("own keys and queues give the same bits over any number of threads", "[engine]") {
  random_numbers draw(4);
  const auto query = random_embeddings<float>(205, 8, draw), key = random_embeddings<float>(205, 8, draw);
  const auto queue = random_embeddings<float>(600, 8, draw);
  const objective criterion{info_nce{.temperature = 0.07}, cosine{}};
  matrix<float> first[3];
  for (const int threads : {1, 2, 3, 4, 8}) {
    auto dq = zeros_like(query), dk = zeros_like(key), du = zeros_like(queue);
    value_and_grad(tiled{.threads = threads}, criterion, queue_targets{}, query, candidates(own(key), queue),
                   {.anchors = dq, .candidates = {dk, du}});
    if (threads == 1) first[0] = dq, first[1] = dk, first[2] = du;
    CHECK(same_bits(dq, first[0]));
    CHECK(same_bits(dk, first[1]));
    CHECK(same_bits(du, first[2]));
  }
}
