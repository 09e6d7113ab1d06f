// SPDX-License-Identifier: BSD-3-Clause
// A view with elements and without memory: a tensor that was moved from, never allocated, or left on a device.
#include "support/catch.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/contrast/targets/mask.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/negatives/memory/memory_queue.hpp>
#include <mixcon/negatives/search/top_k.hpp>

#include <string>
#include <vector>

using namespace mixcon;

namespace {

const std::string no_memory = " has no memory (its pointer is null)";

struct fixture {
  std::vector<float> numbers{1, 2, 3, 4, 5, 6}, written = std::vector<float>(6);
  matrix_view<const float> z{numbers.data(), {3, 2}}, missing{nullptr, {3, 2}};
  matrix_view<float> gradient{written.data(), {3, 2}}, missing_gradient{nullptr, {3, 2}};
  objective<info_nce> objective{info_nce{}, cosine{}};
  saved_statistics<objective<info_nce>, float> saved{};
};

}  // namespace

TEST_CASE_METHOD(fixture, "rows without memory are refused by name, in anchors and in candidates", "[engine]") {
  CHECK_THROWS_WITH(forward(serial{}, objective, diagonal_targets{}, missing, z, saved),
                    ContainsSubstring("forward: the anchors' rows of shape (3, 2)" + no_memory));
  CHECK_THROWS_WITH(value_and_grad(serial{}, objective, diagonal_targets{}, z, missing, {.anchors = gradient}),
                    ContainsSubstring("value_and_grad: the candidates' rows of shape (3, 1, 2)" + no_memory));
  CHECK_THROWS_WITH(
      value_and_grad(serial{}, objective, diagonal_targets{}, z, candidates(z, missing), {.anchors = gradient}),
      ContainsSubstring(no_memory));
  CHECK_THROWS_WITH(backward(serial{}, objective, diagonal_targets{}, missing, saved, 1, gradient),
                    ContainsSubstring("backward: the anchors' rows"));
  CHECK_THROWS_WITH(value_and_grad(serial{}, knowledge_distillation{}, z, missing, {.first = gradient}),
                    ContainsSubstring("value_and_grad: knowledge_distillation of shape (3, 2)" + no_memory));
}

TEST_CASE_METHOD(fixture, "a gradient without memory is refused, and one that is not wanted is not", "[engine]") {
  CHECK_THROWS_WITH(value_and_grad(serial{}, objective, diagonal_targets{}, z, missing_gradient),
                    ContainsSubstring("value_and_grad: a gradient of shape (3, 2)" + no_memory));
  CHECK_THROWS_WITH(value_and_grad(serial{}, knowledge_distillation{}, z, z, {.first = missing_gradient}),
                    ContainsSubstring("value_and_grad: a gradient of shape (3, 2)" + no_memory));
  CHECK_THROWS_WITH(value_and_grad(serial{}, objective, diagonal_targets{}, z, z,
                                   {.anchors = gradient, .pair_bias = matrix_view<float>{nullptr, {3, 3}}}),
                    ContainsSubstring("a gradient of shape (3, 3)" + no_memory));
  CHECK_NOTHROW(value_and_grad(serial{}, objective, diagonal_targets{}, z, z, {}));
  CHECK_NOTHROW(value_and_grad(serial{}, objective, diagonal_targets{}, z, z, {.anchors = {}, .candidates = {{}}}));
}

TEST_CASE_METHOD(fixture, "logits and soft labels without memory are refused", "[engine]") {
  CHECK_THROWS_WITH(given_logits{missing}, ContainsSubstring("given_logits: the logits of shape (3, 2)" + no_memory));
  CHECK_THROWS_WITH(value_and_grad(serial{}, soft_binary_cross_entropy{}, missing, given_logits{z}, {}),
                    ContainsSubstring(no_memory));
}

TEST_CASE_METHOD(fixture, "labels and masks without memory are refused", "[engine]") {
  const vector_view<const int> labels{nullptr, {3}};
  CHECK_THROWS_WITH(label_targets{.labels = labels}, ContainsSubstring("of shape (3,)" + no_memory));
  CHECK_THROWS_WITH(pair_targets_of(mix_plan<interpolated>{.partner = {1, 2, 0}, .lambda = {0.5}}, labels),
                    ContainsSubstring("of shape (3,)" + no_memory));
  const matrix_view<const char> positives{nullptr, {3, 3}};
  CHECK_THROWS_WITH(mask_targets{positives}, ContainsSubstring(no_memory));
}

TEST_CASE_METHOD(fixture, "blend and unblend refuse batches without memory by name", "[mix]") {
  const mix_plan<interpolated> plan{.partner = {1, 2, 0}, .lambda = {0.5}};
  CHECK_THROWS_WITH(blend(plan, missing, gradient),
                    ContainsSubstring("blend: the samples of shape (3, 2)" + no_memory));
  CHECK_THROWS_WITH(blend(plan, z, missing, gradient), ContainsSubstring("blend: the partners' batch"));
  CHECK_THROWS_WITH(blend(plan, z, missing_gradient), ContainsSubstring("blend: the mixed batch"));
  CHECK_THROWS_WITH(unblend(plan, missing, gradient), ContainsSubstring("unblend: the upstream gradient"));
  CHECK_THROWS_WITH(unblend(plan, z, missing_gradient), ContainsSubstring("unblend: the gradient"));
  CHECK_NOTHROW(unblend(plan, z, gradient, matrix_view<float>{}));
}

TEST_CASE_METHOD(fixture, "queues and searches refuse rows without memory by name", "[negatives]") {
  memory_queue<float> queue(4, 2);
  CHECK_THROWS_WITH(queue.enqueue(missing),
                    ContainsSubstring("memory_queue: the rows to push of shape (3, 2)" + no_memory));
  CHECK_THROWS_WITH(top_k{.k = 1}(serial{}, cosine{}, z, missing),
                    ContainsSubstring("top_k: the keys of shape (3, 2)"));
  CHECK_THROWS_WITH(top_k{.k = 1}(serial{}, cosine{}, missing, z), ContainsSubstring("top_k: the anchors"));
}

TEST_CASE("a view of no elements needs no memory", "[engine]") {
  CHECK(view<2>(matrix_view<float>{nullptr, {0, 5}}).empty());
  CHECK(integer_view(vector_view<const int>{}).empty());
}
