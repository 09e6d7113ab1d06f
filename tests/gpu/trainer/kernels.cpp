// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
// The kernels of the trainer's device: the same bits in every order of threads and blocks, and the numbers of the
// reference device, at sizes around the edges of warps and blocks.
#include "gpu/trainer/emulated_device.hpp"

#include "devices/host_numbers.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace mixcon_train;

namespace {

using answers = std::vector<std::vector<double>>;

std::vector<double> numbers_in(const tensor& x) {
  std::vector<double> read(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, read.data());
  return read;
}
/// Numbers about 1 and of both signs.
tensor some_numbers(device& on, const shape& extents, double seed) {
  std::vector<double> numbers;
  for (index_t k = 0; k < extents.size(); ++k)
    numbers.push_back(static_cast<double>(static_cast<float>(std::sin(seed + 0.7 * static_cast<double>(k)))));
  return tensor_of(on, extents, numbers.data());
}

/// What every device computes of two tensors (2, 3, n): elementwise, repeated, summed, steps of optimisers.
answers computed_on(device& on, index_t n) {
  const shape e{2, 3, n};
  const tensor a = some_numbers(on, e, 1), b = some_numbers(on, e, 2), row = some_numbers(on, {1, 3, 1}, 3),
               positive = on.affine(on.apply(unary::square, a), 1, 0.5);
  answers found;
  const auto keep = [&](const tensor& x) { found.push_back(numbers_in(x)); };
  keep(on.sum(a, b)), keep(on.scaled(a, 0.3)), keep(on.affine(a, -2, 0.1)), keep(on.moved(a, b, 0.25));
  for (const unary f : {unary::absolute, unary::square, unary::sigmoid, unary::elu, unary::exponential}) {
    keep(on.apply(f, a));
    keep(on.apply_gradient(f, b, a, on.apply(f, a)));
  }
  keep(on.apply(unary::logarithm, positive)), keep(on.apply_gradient(unary::logarithm, b, positive, positive));
  for (const binary f : {binary::sum, binary::difference, binary::product})
    keep(on.apply(f, a, b)), keep(on.apply(f, a, row)), keep(on.apply(f, row, b));
  for (const shape& to : {shape{2, 3, 1}, shape{1, 3, 1}, shape{2, 1, n}, shape{1, 1, 1}}) {
    keep(on.summed(a, to));
    keep(on.repeated(on.summed(a, to), e));
  }
  keep(on.relu(a)), keep(on.relu_of_sum(a, b)), keep(on.relu_gradient(b, on.relu(a)));
  for (const bool nesterov : {false, true}) {
    const descended made = on.descend(a, b, positive, {0.1, 0.9, 0.01, 0.5, nesterov});
    keep(made.weights), keep(made.velocity);
  }
  const adapted made = on.adapt(a, b, b, positive, {.rate = 0.1, .decay = 0.01, .step = 3});
  keep(made.weights), keep(made.mean), keep(made.square);
  return found;
}

/// What only a device with kernels of its own computes at once.
answers moved_on(device& on, index_t n) {
  operator_kernels& kernels = *on.operators();
  const shape e{3, n};
  const tensor a = some_numbers(on, e, 1), b = some_numbers(on, e, 2), wide = some_numbers(on, {3, 2 * n}, 3);
  answers found;
  const auto keep = [&](const tensor& x) { found.push_back(numbers_in(x)); };
  keep(kernels.filled(e, 3)), keep(kernels.part(wide, 1, n / 2, n)), keep(kernels.placed(a, 1, 1, n + 2));
  keep(kernels.joined(a, wide, 1)), keep(kernels.joined(a, b, 0));
  keep(kernels.gathered(a, {2, -1, 0, 2})), keep(kernels.scattered(a, {1, -1, 1}, 4)), keep(kernels.transposed(a));
  for (const bool is_log : {false, true})
    for (const int axis : {0, 1}) {
      const tensor y = kernels.softmax(a, axis, is_log);
      keep(y), keep(kernels.softmax_gradient(b, y, axis, is_log));
    }
  const tensor lengths = kernels.row_lengths(a), unit = kernels.unit_rows(a, lengths);
  keep(lengths), keep(unit), keep(kernels.unit_rows_gradient(b, unit, lengths));
  const tensor largest = kernels.group_maximum(wide, 2);
  keep(largest), keep(kernels.group_maximum_gradient(largest, wide, 2));
  return found;
}

void check_close(const answers& found, const answers& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t n = 0; n < expected.size(); ++n) {
    INFO("answer " << n);
    REQUIRE(found[n].size() == expected[n].size());
    double apart = 0, largest = 1;
    for (std::size_t k = 0; k < expected[n].size(); ++k) {
      apart = std::max(apart, std::abs(found[n][k] - expected[n][k]));
      largest = std::max(largest, std::abs(expected[n][k]));
    }
    CHECK(apart <= 2e-6 * largest);
  }
}

}  // namespace

TEST_CASE("kernels of numbers have the reference device's, and the same bits in every order", "[gpu]") {
  for (const index_t n : {1, 43, 86}) {  // 6, 258 and 516 numbers: one block and two, warps that are full and not
    reference_device near;
    const answers expected = computed_on(near, n);
    answers first;
    for (const gpu::emulated::settings& order : gpu::emulated::every_order()) {
      emulated_device<float> far(nullptr, &order);
      const answers found = computed_on(far, n);
      if (first.empty()) first = found;
      CHECK(found == first);
    }
    check_close(first, expected);
  }
}

TEST_CASE("kernels that move rows have the same bits in every order", "[gpu]") {
  for (const index_t n : {2, 31, 33, 100}) {
    answers first;
    for (const gpu::emulated::settings& order : gpu::emulated::every_order()) {
      emulated_device<float> far(nullptr, &order);
      const answers found = moved_on(far, n);
      if (first.empty()) first = found;
      CHECK(found == first);
    }
  }
}

TEST_CASE("memory of a queue is used again, and what is uploaded may be gone", "[gpu]") {
  emulated_device<float> on;
  const auto step = [&] {
    std::vector<float> numbers(1000, 2.0F);
    tensor x = on.write({1000}, numbers.data());
    numbers.assign(1000, 0.0F);
    for (int k = 0; k < 5; ++k) x = on.scaled(x, 2);
    return numbers_in(x);
  };
  CHECK(step() == std::vector<double>(1000, 64.0));
  const index_t before = on.allocations();
  CHECK(before > 0);
  for (int k = 0; k < 3; ++k) CHECK(step() == std::vector<double>(1000, 64.0));
  CHECK(on.allocations() == before);
}
