// SPDX-License-Identifier: BSD-3-Clause
// Batches mixed, and a queue of keys, where they lie.
#include "gpu/trainer/emulated_device.hpp"

#include "autograd/blend_node.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/sums.hpp"
#include "support/catch.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <algorithm>
#include <vector>

using namespace mixcon_train;

namespace {

/// A batch mixed by a plan, and the gradient through that.
template <class Region>
std::vector<std::vector<double>> mixed_on(device& on, const mixcon::mix_plan<Region>& plan, const shape& extents) {
  const variable x = random_variable(on, extents, 1), upstream = random_variable(on, extents, 2);
  const variable made = blended(plan, x);
  backward(sum(multiply(made, upstream)));
  return {numbers_in(made), numbers_in(x.gradient())};
}

/// On the reference device, and in every order on the emulated one, which copies nothing to the host but what is read.
template <class Region>
void check_mixing(const mixcon::mix_plan<Region>& plan, const shape& extents) {
  reference_device near;
  const auto expected = mixed_on(near, plan, extents);
  for (const gpu::emulated::settings& order : gpu::emulated::every_order()) {
    emulated_device<double> far(nullptr, &order);
    const std::uint64_t before = gpu::emulated::the_counts().copies_to_host;
    const auto found = mixed_on(far, plan, extents);
    CHECK(gpu::emulated::the_counts().copies_to_host - before == 2);
    CHECK(found == expected);
  }
}

/// Row i of a ring or of what enters it is full of one number.
tensor rows_of(device& on, index_t rows, double first) {
  std::vector<double> numbers;
  for (index_t k = 0; k < rows * 33; ++k) numbers.push_back(first + static_cast<double>(k / 33));
  return tensor_of(on, {rows, 33}, numbers.data());
}

}  // namespace

TEST_CASE("a batch and hidden features are mixed where they lie, as on the host to the last bit", "[gpu]") {
  const mixcon::philox_draws draws{.seed = 3};
  const mixcon::mixup<> one_lambda;
  const mixcon::mixup<> a_lambda_each{.per = mixcon::granularity::sample};
  for (const shape& extents : {shape{4, 2, 3, 5}, shape{4, 7}, shape{1, 1, 1, 1}}) {
    check_mixing(one_lambda.plan(extents[0], draws), extents);
    check_mixing(a_lambda_each.plan(extents[0], draws), extents);
  }
  for (const mixcon::granularity per : {mixcon::granularity::batch, mixcon::granularity::sample})
    check_mixing(mixcon::cutmix<>{.per = per}.plan({5, 2, 6, 4}, draws), {5, 2, 6, 4});
}

TEST_CASE("keys enter a queue where it lies, and behind its end at its beginning", "[gpu]") {
  for (const gpu::emulated::settings& order : gpu::emulated::every_order()) {
    emulated_device<float> on(nullptr, &order);
    const tensor ring = rows_of(on, 5, 0);
    const auto entered = [&](const tensor& before, index_t rows, index_t next) {
      const tensor made = recipe_kernels_of(on)->entered(before, rows_of(on, rows, 10), next);
      std::vector<double> firsts;
      for (index_t row = 0; row < 5; ++row) {
        const auto numbers = numbers_in(made);
        const auto at = numbers.begin() + row * 33;
        CHECK(std::all_of(at, at + 33, [&](double x) { return x == *at; }));
        firsts.push_back(*at);
      }
      return firsts;
    };
    CHECK(entered(ring, 2, 1) == std::vector<double>{0, 10, 11, 3, 4});
    CHECK(entered(ring, 3, 4) == std::vector<double>{11, 12, 2, 3, 10});
    CHECK(entered(ring, 5, 2) == std::vector<double>{13, 14, 10, 11, 12});
    CHECK(numbers_in(ring) == numbers_in(rows_of(on, 5, 0)));  // what came in is not changed
  }
}
