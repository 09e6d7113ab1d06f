// SPDX-License-Identifier: BSD-3-Clause
// A workspace: after the first call, calls with the same shapes allocate nothing, whatever the executor.
#include "support/catch.hpp"
#include "support/counted_allocations.hpp"
#include "support/effort.hpp"
#include "support/embeddings.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/all_losses.hpp>
#include <mixcon/mixes/mixup.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// How often `call` allocates once it has been made before.
template <class Call>
long allocations_of(Call&& call) {
  call();
  const long before = allocations;
  call(), call();
  return allocations - before;
}
/// Calls check(executor) with executors on one thread and on several.
template <class Check>
void on_every_executor(Check&& check) {
  check("serial", serial{});
  check("tiled, one thread", tiled{.threads = 1});
  thread_pool pool(3);
  check("tiled, a pool", tiled{.pool = &pool});
}

/// Rows for more than one tile in each direction.
constexpr index_t number = 210, width = 9;

template <class Objective, class Targets>
void check_same_rows(const char* loss, const Objective& criterion, const Targets& targets) {
  random_numbers draw(3);
  const auto z = random_embeddings<float>(number, width, draw);
  auto plain = zeros_like(z), gradient = zeros_like(z);
  on_every_executor([&](const char* name, const auto& executor) {
    INFO(loss << ", " << name);
    const auto expected = value_and_grad(executor, criterion, targets, z, plain);
    const long without = allocations_of([&] { value_and_grad(executor, criterion, targets, z, plain); });
    CHECK((without > 0 || under_thread_sanitizer));
    workspace memory;
    float value = 0;
    const long count =
        allocations_of([&] { value = value_and_grad(executor, criterion, targets, z, gradient, memory).value; });
    CHECK(count == 0);
    CHECK(value == expected.value);
    CHECK(gradient == plain);
    CHECK(memory.bytes() > 0);

    auto saved = saved_for<Objective, matrix<float>>();
    const long apart = allocations_of([&] {
      forward(executor, criterion, targets, z, saved, memory);
      backward(executor, criterion, targets, z, saved, 0.5, gradient, memory);
    });
    CHECK(apart == 0);
  });
}

std::vector<int> some_labels() {
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(i % 40));
  return labels;
}

}  // namespace

TEST_CASE("With a workspace the second call allocates nothing", "[engine]") {
  auto labels = some_labels();
  labels[7] = -1;
  const label_targets by_label{.labels = labels, .ignored = -1};
  check_same_rows("info_nce", objective{info_nce{}, cosine{}}, by_label);
  check_same_rows("supcon_inside", objective{supcon_inside{}, cosine{}}, view_targets{.samples = number / 2});
  check_same_rows("batch_hard_triplet", objective{batch_hard_triplet{}, negative_distance{}}, by_label);
  check_same_rows("lifted_structure", objective{lifted_structure{}, negative_distance{}}, by_label);
  check_same_rows("uniformity", objective{uniformity{}, negative_squared_distance{}}, other_rows{});
  auto both = objective{info_nce{}, cosine{}};
  both.direction = {0.5, 0.5};
  check_same_rows("both directions", both, diagonal_targets{});
  const auto plan = mixup<>{}.plan(number, philox_draws{.seed = 1});
  check_same_rows("mixed targets", objective{info_nce{}, cosine{}}, mixed_targets{by_label, plan});
}

TEST_CASE("With a workspace calls with segments and own candidates allocate nothing", "[engine]") {
  random_numbers draw(5);
  const auto z = random_embeddings<float>(number, width, draw), keys = random_embeddings<float>(number, width, draw),
             queue = random_embeddings<float>(70, width, draw);
  auto by_z = zeros_like(z), by_keys = zeros_like(keys);
  on_every_executor([&](const char* name, const auto& executor) {
    INFO(name);
    workspace memory;
    const objective moco{info_nce{}, cosine{}};
    CHECK(allocations_of([&] {
            value_and_grad(executor, moco, queue_targets{}, z, candidates(own(keys), queue),
                           {.anchors = by_z, .candidates = {by_keys}}, memory);
          }) == 0);
  });
}

TEST_CASE("With a workspace given logits allocate nothing", "[engine]") {
  random_numbers draw(6);
  const auto logits = random_embeddings<float>(number, 30, draw);
  auto by_logits = zeros_like(logits);
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(i % 30));
  on_every_executor([&](const char* name, const auto& executor) {
    INFO(name);
    workspace memory;
    CHECK(allocations_of([&] {
            value_and_grad(executor, objective{info_nce{.temperature = 1}}, class_targets{.labels = labels},
                           given_logits{logits}, {.logits = by_logits}, memory);
          }) == 0);
  });
}

TEST_CASE("Empty braces in a call are no gradients, and never a workspace", "[engine]") {
  constexpr auto takes_braces = []<class W>(const W*) { return requires(void (*take)(const W&)) { take({}); }; };
  STATIC_REQUIRE(takes_braces(static_cast<const scratch<int>*>(nullptr)));
  STATIC_REQUIRE_FALSE(takes_braces(static_cast<const in_workspace*>(nullptr)));
  random_numbers draw(8);
  const auto z = random_embeddings<double>(6, 4, draw);
  auto candidates = random_embeddings<double>(6, 4, draw);
  const auto kept = candidates;
  workspace memory;
  value_and_grad(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, candidates, {});
  value_and_grad(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, candidates, {}, memory);
  CHECK(candidates == kept);
}

TEST_CASE("A workspace serves calls of other shapes and losses, and gives its memory back", "[engine]") {
  random_numbers draw(7);
  workspace memory;
  for (const index_t rows : {index_t{8}, index_t{300}, index_t{50}}) {
    const auto z = random_embeddings<double>(rows, 4, draw);
    auto plain = zeros_like(z), gradient = zeros_like(z);
    const view_targets targets{.samples = rows / 2};
    value_and_grad(tiled{.threads = 1}, objective{info_nce{}, cosine{}}, targets, z, plain);
    value_and_grad(tiled{.threads = 1}, objective{info_nce{}, cosine{}}, targets, z, gradient, memory);
    CHECK(gradient == plain);
    value_and_grad(serial{}, objective{supcon_inside{}, cosine{}}, targets, z, gradient, memory);
  }
  CHECK(memory.bytes() > 0);
  memory.release();
  CHECK(memory.bytes() == 0);
}

TEST_CASE("Memory that several threads will take can be reserved", "[core]") {
  workspace memory;
  memory.reserve(3, 1000);
  const long before = allocations;
  void* const taken[] = {memory.take(1000), memory.take(1000), memory.take(1000)};
  CHECK(allocations == before);
  for (void* one : taken) {
    CHECK(reinterpret_cast<std::uintptr_t>(one) % 64 == 0);
    memory.give_back(one);
  }
  memory.release();
  CHECK(memory.bytes() == 0);
}
