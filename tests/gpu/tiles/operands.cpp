// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
#include "gpu/emulator/kernel_run.hpp"

#include "support/catch.hpp"

#include <mixcon/core/number/soft.hpp>
#include <mixcon/gpu/tiles/fast_float.cuh>
#include <mixcon/gpu/tiles/operands.cuh>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace mixcon::gpu;
using mixcon::bfloat16;
using mixcon::half;
using mixcon::index_t;
using mixcon_test::broken_rule;
using mixcon_test::device_array;

namespace {

/// Outside of templates: g++ 12 with UndefinedBehaviorSanitizer forgets to emit a kernel that only a template names,
/// independently of its parameters.
status pack(unsigned blocks, const emulated::settings& how, const mixcon::tensor_view<const float, 3>& from,
            const device_rows<float>& to) {
  return launch<&pack_rows<float, float>>(blocks, threads_of_block, 0, &how, from, true, row_checks{}, to,
                                          static_cast<odd_row*>(nullptr));
}

/// Rows packed as unit rows, then as operands; the numbers they stand for, in double.
template <class Operand>
void check_operands(index_t count, index_t width, double bound) {
  INFO(count << " rows of " << width);
  std::mt19937 bits(7);
  std::vector<float> given;
  for (index_t k = 0; k < count * width; ++k) given.push_back(std::ldexp(static_cast<float>(bits() >> 9U), -22) - 1);
  const index_t pitch = device_rows<float>::pitch_of(width);
  const int padded = padded_width(width);
  const device_array<float> from(given), packed(static_cast<std::size_t>(count * pitch)),
      slope(static_cast<std::size_t>(count)), mark(static_cast<std::size_t>(count));
  const auto entries = static_cast<std::size_t>(count * padded * Operand::parts);
  const device_array<typename Operand::Element> made(entries);
  const device_rows<float> rows{packed.data(), slope.data(), count, width};
  const operand_rows<Operand> to{made.data(), mark.data(), count};
  const mixcon::tensor_view<const float, 3> view(from.data(), {count, index_t{1}, width},
                                                 {width, index_t{0}, index_t{1}});
  std::vector<typename Operand::Element> first;
  for (const auto& how : emulated::every_order()) {
    const unsigned blocks = blocks_of(count, rows_of_block);
    REQUIRE(pack(blocks, how, view, rows).ok());
    REQUIRE(launch<&pack_operands<Operand>>(blocks, threads_of_block, 0, &how, rows, padded, to).ok());
    const auto found = made.host();
    if (first.empty()) first = found;
    bool same = true;
    for (std::size_t k = 0; k < found.size(); ++k) same = same && first[k].bits() == found[k].bits();
    CHECK(same);
  }
  double worst = 0;
  for (index_t i = 0; i < count; ++i) {
    double length = 0;
    for (index_t k = 0; k < width; ++k) {
      const double x = static_cast<double>(given[static_cast<std::size_t>(i * width + k)]);
      length += x * x;
    }
    CHECK(mark.host()[static_cast<std::size_t>(i)] == 0.0F);
    for (index_t k = 0; k < padded; ++k) {
      double sum = 0;
      for (int q = 0; q < Operand::parts; ++q)
        sum += static_cast<double>(
            static_cast<float>(first[static_cast<std::size_t>((i * Operand::parts + q) * padded + k)]));
      const double x = k < width ? static_cast<double>(given[static_cast<std::size_t>(i * width + k)]) : 0;
      const double unit = x / std::sqrt(length), size = std::max(std::abs(unit), 0x1p-14);  // half is coarse below
      worst = std::max(worst, k < width ? std::abs(sum - unit) / size : std::abs(sum) * 1e9);
    }
  }
  CHECK(worst <= bound);
}

}  // namespace

TEST_CASE("Unit rows become operands, rounded or split, padded with zeros, with the same bits in every order",
          "[gpu]") {
  for (const index_t width : {1, 63, 64, 65, 128, 129, 256}) {
    check_operands<operand<bfloat16, 1>>(3, width, 0x1.02p-8);
    check_operands<operand<half, 1>>(3, width, 0x1.1p-11);
    check_operands<operand<bfloat16, 2>>(3, width, 0x1.02p-16);
  }
  check_operands<operand<bfloat16, 2>>(1, 5, 0x1.02p-16);
  check_operands<operand<bfloat16, 2>>(5, 5, 0x1.02p-16);
}

TEST_CASE("A row with an entry that is no finite number becomes zeros and a mark", "[gpu]") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float odd : {std::nanf(""), infinity, -infinity, 3.4e38F}) {  // the last rounds to infinity
    std::vector<float> given(3 * 32, 0.5F);
    given[32 + 6] = odd;
    const device_array<float> packed(given), mark(3);
    const device_array<bfloat16> made(3 * 128);
    using split = operand<bfloat16, 2>;
    REQUIRE(launch<&pack_operands<split>>(1, threads_of_block, 0, nullptr,
                                          device_rows<float>{packed.data(), nullptr, 3, 7}, 64,
                                          operand_rows<split>{made.data(), mark.data(), 3})
                .ok());
    const auto found = made.host();
    for (std::size_t k = 0; k < 128; ++k) CHECK(found[128 + k].bits() == 0);
    CHECK(static_cast<float>(found[6]) == 0.5F);
    CHECK(static_cast<float>(found[256 + 6]) == 0.5F);
    CHECK(mark.host()[0] == 0.0F);
    CHECK(std::isnan(mark.host()[1]));
    CHECK(mark.host()[2] == 0.0F);
  }
}

TEST_CASE("fast_float is a number of the library's vocabulary", "[gpu]") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float x : {-80.0F, -20.0F, -1.0F, -1e-3F, 0.0F, 0.5F, 3.0F, 20.0F, 80.0F}) {
    INFO("x = " << x);
    const double expected = std::exp(static_cast<double>(x));
    const double bound = (2 + std::abs(static_cast<double>(x))) * 0x1p-23;
    CHECK(std::abs(static_cast<double>(exp_of(fast_float(x)).x) - expected) <= bound * expected);
    const double soft = std::log1p(expected);
    CHECK(static_cast<double>(mixcon::softplus(fast_float(x)).x) == Approx(soft).epsilon(1e-5));
  }
  for (const float x : {1e-30F, 0.25F, 1.0F, 7.0F, 1e30F}) {
    CHECK(static_cast<double>(log_of(fast_float(x)).x) == Approx(std::log(static_cast<double>(x))).epsilon(1e-6));
    CHECK(sqrt_of(fast_float(x)).x == std::sqrt(x));
    CHECK(static_cast<double>(log1p_of(fast_float(x)).x) == Approx(std::log1p(static_cast<double>(x))).epsilon(1e-6));
  }
  CHECK(exp_of(fast_float(-infinity)).x == 0.0F);
  CHECK(mixcon::is_minus_infinity(mixcon::minus_infinity<fast_float>()));
  CHECK(is_nan(fast_float(std::nanf(""))));
  CHECK_FALSE(is_nan(fast_float(1)));
}
