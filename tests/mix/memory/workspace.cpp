// SPDX-License-Identifier: BSD-3-Clause
// blend and unblend with a workspace: the same bits, and nothing is allocated after the first call.
#include "support/catch.hpp"
#include "support/counted_allocations.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/core/thread_pool.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/inputmix.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <vector>

using namespace mixcon;
using mixcon_test::allocations;

namespace {

std::vector<float> numbers(index_t count) {
  std::vector<float> made(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < made.size(); ++k) made[k] = static_cast<float>((k * 7919) % 10007) / 100;
  return made;
}
template <class Call>
long allocations_of(Call&& call) {
  call();
  const long before = allocations;
  call(), call();
  return allocations - before;
}

const image_shape images{.samples = 9, .channels = 2, .rows = 5, .columns = 8};
const axes<4> extents{9, 2, 5, 8};
constexpr index_t size = 9 * 2 * 5 * 8;

template <class Plan, class... Executor>
void check_plan(const Plan& plan, const Executor&... executor) {
  INFO(to_string(plan));
  const std::vector<float> from = numbers(size);
  const tensor_view<const float, 4> x(from.data(), extents);
  std::vector<float> plain(from.size()), kept(from.size());
  const tensor_view<float, 4> to_plain(plain.data(), extents), to_kept(kept.data(), extents);
  workspace memory;

  blend(plan, x, to_plain);
  CHECK(allocations_of([&] { blend(executor..., plan, x, to_kept, memory); }) == 0);
  CHECK(kept == plain);
  CHECK(allocations_of([&] { blend(executor..., plan, x, x, to_kept, memory); }) == 0);
  CHECK(kept == plain);

  plain.assign(plain.size(), 0), kept = plain;
  for (int times = 0; times < 3; ++times) unblend(plan, x, to_plain);
  CHECK(allocations_of([&] { unblend(executor..., plan, x, to_kept, memory); }) == 0);
  CHECK(kept == plain);
  CHECK(memory.bytes() > 0);

  std::vector<float> by_partners(from.size()), kept_by_partners(from.size());
  const tensor_view<float, 4> to_partners(by_partners.data(), extents), to_kept_too(kept_by_partners.data(), extents);
  plain.assign(plain.size(), 0), kept = plain;
  for (int times = 0; times < 3; ++times) unblend(plan, x, to_plain, to_partners);
  CHECK(allocations_of([&] { unblend(executor..., plan, x, to_kept, to_kept_too, memory); }) == 0);
  CHECK(kept == plain);
  CHECK(kept_by_partners == by_partners);
}

template <class... Executor>
void check_kinds(const Executor&... executor) {
  const philox_draws draws{.seed = 1};
  check_plan(mixup<>{}.plan(images, draws), executor...);
  check_plan(mixup<beta_lambda, pairing::from_bank>{.pairing = {.size = 4}, .per = granularity::sample}.plan(
                 images, draws),  // partners repeat
             executor...);
  check_plan(cutmix<>{.per = granularity::sample}.plan(images, draws), executor...);
  check_plan(inputmix{.partners = 3}.plan(images, draws), executor...);
}

}  // namespace

TEST_CASE("With a workspace blend and unblend allocate nothing after the first call, whoever mixes", "[mix]") {
  check_kinds();
  check_kinds(serial{});
  check_kinds(tiled{.threads = 1});
  thread_pool pool(3);
  check_kinds(tiled{.pool = &pool});
}

TEST_CASE("Without a workspace unblend allocates", "[mix]") {
  const std::vector<float> from = numbers(9);
  std::vector<float> gradient(9);
  const auto plan = mixup<>{}.plan(9, philox_draws{.seed = 1});
#if defined(MIXCON_TEST_COUNTS_NOTHING)
  CHECK(allocations_of([&] { unblend(plan, from, gradient); }) == 0);
#else
  CHECK(allocations_of([&] { unblend(plan, from, gradient); }) > 0);
#endif
}

TEST_CASE("The order of a batch that exceeds the caches lives in a workspace", "[mix]") {
  constexpr index_t samples = 7, width = index_t{3} << 18;  // 21 MiB
  const std::vector<float> from = numbers(samples * width);
  std::vector<float> plain(from.size()), kept(from.size());
  const matrix_view<const float> x(from.data(), {samples, width});
  const auto plan = mixup<>{}.plan(samples, philox_draws{.seed = 2});
  workspace memory;
  blend(plan, x, matrix_view<float>(plain.data(), {samples, width}));
  CHECK(allocations_of([&] { blend(plan, x, matrix_view<float>(kept.data(), {samples, width}), memory); }) == 0);
  CHECK(kept == plain);
  CHECK(memory.bytes() > 0);
}
