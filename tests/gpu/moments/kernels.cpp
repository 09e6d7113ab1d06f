// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
// The kernels of moments alone, against naive sums in double.
#include "gpu/emulator/kernel_run.hpp"

#include "support/catch.hpp"

#include <mixcon/gpu/moments/moment_calls.cuh>

#include <cmath>
#include <random>

using namespace mixcon::gpu;
using mixcon::bfloat16;
using mixcon::index_t;
using mixcon_test::device_array;

namespace {

constexpr index_t width = 64;
using numbers = std::vector<float>;

numbers made_numbers(index_t rows, unsigned seed) {
  std::mt19937 bits(seed);
  numbers all;
  for (index_t k = 0; k < rows * width; ++k)
    all.push_back(static_cast<float>(bfloat16(std::ldexp(static_cast<float>(bits() >> 9U), -24) - 0.25F)));
  return all;
}
double dot(const numbers& a, index_t i, const numbers& c, index_t j) {
  double sum = 0;
  for (index_t k = 0; k < width; ++k)
    sum += static_cast<double>(a[static_cast<std::size_t>(i * width + k)]) *
           static_cast<double>(c[static_cast<std::size_t>(j * width + k)]);
  return sum;
}

using rounded_once = operand<bfloat16, 1>;
struct operands_of {
  device_array<bfloat16> data;
  device_array<float> mark, squared;
  operand_rows<rounded_once> rows;
  explicit operands_of(const numbers& from)
      : data(from.size()),
        mark(from.size() / width),
        squared(from.size() / width),
        rows{data.data(), mark.data(), static_cast<index_t>(from.size() / width)} {
    const device_array<float> packed(from);
    static_cast<void>(launch<&pack_operands<rounded_once>>(
        blocks_of(rows.count, rows_of_block), threads_of_block, 0, nullptr,
        device_rows<float>{packed.data(), nullptr, rows.count, width}, static_cast<int>(width), rows));
    static_cast<void>(launch<&measure_operands<rounded_once>>(blocks_of(rows.count, rows_of_block), threads_of_block, 0,
                                                              nullptr, rows, static_cast<int>(width), squared.data()));
  }
};

void find_limit(const operands_of& a, const operands_of& c, const device_array<moment_limit>& limit) {
  REQUIRE(launch<&find_moment_limit<float>>(1, 256, 8 * sizeof(moment_extremes), nullptr,
                                            static_cast<const float*>(a.squared.data()), a.rows.count,
                                            static_cast<const float*>(c.squared.data()), c.rows.count, limit.data())
              .ok());
}

/// What a test asks of a rule: who is what to whom, said pair by pair.
struct asked_rule {
  described_rule by_key{};
  std::vector<std::int32_t> anchor_keys{}, candidate_keys{};
  relation operator()(index_t a, index_t c) const {
    const auto key = [](const std::vector<std::int32_t>& keys, index_t i) {
      return keys.empty() ? static_cast<std::int32_t>(i) : keys[static_cast<std::size_t>(i)];
    };
    if (by_key.hides_self && a == c && a < by_key.anchors && c < by_key.candidates) return relation::hidden;
    if (a < by_key.anchors && c < by_key.candidates && key(anchor_keys, a) == key(candidate_keys, c))
      return relation::positive;
    return by_key.hides_others && a < by_key.anchors && c < by_key.candidates ? relation::hidden : relation::negative;
  }
};

/// The kernels of one test of pairs, with one sum (twice the similarity in base 2, plus 0.5), in every order.
template <keep Keep>
void check(const asked_rule& asked, index_t n, index_t m, int tiles_each, float times,
           const std::vector<emulated::settings>& orders, bool is_one_side = false) {
  INFO(n << " x " << m << ", " << tiles_each << " tiles a split, times " << times
         << (is_one_side ? ", the same rows" : ", two sides"));
  const numbers left = made_numbers(n, 1), right = made_numbers(m, is_one_side ? 1 : 2);
  const operands_of a(left), c(right);
  using sizes = tile_sizes<rounded_once, 64, 3>;
  const int tiles = sizes::tiles_of(m), splits = (tiles + tiles_each - 1) / tiles_each;
  moment_lines<1> lines;
  lines.times[0] = times, lines.plus[0] = 0.5F;
  const device_array<std::int32_t> of_anchors(asked.anchor_keys), of_candidates(asked.candidate_keys);
  described_rule rule = asked.by_key;
  if (!asked.anchor_keys.empty()) rule.anchor_key = of_anchors.data();
  if (!asked.candidate_keys.empty()) rule.candidate_key = of_candidates.data();
  const device_array<moment_limit> limit(1);
  find_limit(a, c, limit);
  const auto* known = static_cast<const moment_limit*>(limit.data());

  std::vector<moment_slopes<1>> slopes;
  std::vector<double> far_sums, near_sums;
  const auto power = [&](index_t i, index_t j) {
    return std::exp2(static_cast<double>(times) * dot(left, i, right, j));
  };
  for (index_t i = 0; i < n; ++i) {
    double sums[2] = {};
    for (index_t j = 0; j < m; ++j)
      if (asked(i, j) != relation::hidden) sums[asked(i, j) == relation::positive ? 1 : 0] += power(i, j);
    far_sums.push_back(sums[0]), near_sums.push_back(sums[1]);
    const auto offset = static_cast<float>(std::log2(sums[0] + sums[1] + 1e-9));
    slopes.push_back({{offset}, {1.0F}, {-0.5F}, 0.0F});
  }
  const device_array<moment_slopes<1>> slopes_there(slopes);
  const auto weight = [&](index_t i, index_t j) {
    const auto is = asked(i, j);
    if (is == relation::hidden || (Keep != keep::by_class && is == relation::positive)) return 0.0;
    return (is == relation::negative ? 1.0 : -0.5) * power(i, j) *
           std::exp2(-static_cast<double>(slopes[static_cast<std::size_t>(i)].offset[0]));
  };

  numbers first_rows, first_columns, first_both;
  std::vector<moment_part<1>> first_parts;
  for (const auto& how : orders) {
    const device_array<moment_part<1>> part(static_cast<std::size_t>(n * splits));
    emulated::the_counts() = {};
    const auto run = [&]<moment_shift Shift>() {
      REQUIRE(launch<&moment_rows<64, Keep, Shift, 1, rounded_once>>(
                  blocks_of(n, 128) * static_cast<unsigned>(splits), sizes::threads, sizes::shared_bytes, &how, lines,
                  rule, a.rows, c.rows, known, tiles_each, part.data())
                  .ok());
    };
    run.template operator()<moment_shift::fixed>(), run.template operator()<moment_shift::running>();
    const device_array<float> by_rows(numbers(left.size(), 0.0F)), by_columns(numbers(right.size(), 0.0F));
    const device_array<double> by_scale(static_cast<std::size_t>(n)), by_bias(static_cast<std::size_t>(n));
    tile_outputs to{by_rows.data(), static_cast<int>(width), static_cast<int>(width), by_scale.data(), by_bias.data()};
    const weighing_side<1> asked_there{rule, slopes_there.data()}, nobody{};
    using weights_sizes = tile_sizes<rounded_once, 64, 2>;
    REQUIRE(launch<&moment_weights<64, Keep, output_rows::anchors, 1, rounded_once>>(
                blocks_of(n, 64), sizes::threads, weights_sizes::shared_bytes, &how, lines, asked_there, nobody, a.rows,
                c.rows, known, 2.0F, to)
                .ok());
    const auto scales = by_scale.host();
    to.by_rows = by_columns.data();
    REQUIRE(launch<&moment_weights<64, Keep, output_rows::candidates, 1, rounded_once>>(
                blocks_of(m, 64), sizes::threads, weights_sizes::shared_bytes, &how, lines, nobody, asked_there, c.rows,
                a.rows, known, 2.0F, to)
                .ok());
    const device_array<float> by_both(numbers(left.size(), 0.0F));
    to.by_rows = by_both.data();
    if (is_one_side)
      REQUIRE(launch<&moment_weights<64, Keep, output_rows::both, 1, rounded_once>>(
                  blocks_of(n, 64), sizes::threads, weights_sizes::shared_bytes, &how, lines, asked_there, asked_there,
                  a.rows, a.rows, known, 2.0F, to)
                  .ok());
    CHECK(scales == by_scale.host());
    CHECK(emulated::the_counts().bank_conflicts == 0);
    const auto parts = part.host();
    if (first_rows.empty()) {
      first_rows = by_rows.host(), first_columns = by_columns.host(), first_parts = parts;
      first_both = by_both.host();
      for (index_t i = 0; i < n; ++i) {
        double bias = 0, scale = 0;
        for (index_t j = 0; j < m; ++j) bias += weight(i, j), scale += weight(i, j) * dot(left, i, right, j);
        CHECK(by_bias.host()[static_cast<std::size_t>(i)] == Approx(bias).epsilon(1e-4).margin(1e-5));
        CHECK(by_scale.host()[static_cast<std::size_t>(i)] == Approx(scale).epsilon(1e-4).margin(1e-4));
      }
    }
    CHECK(first_rows == by_rows.host());
    CHECK(first_columns == by_columns.host());
    CHECK(first_both == by_both.host());
    for (index_t i = 0; i < n; ++i) {
      double negative = 0, positive = 0;
      for (index_t s = 0; s < splits; ++s) {
        const moment_part<1>& one = parts[static_cast<std::size_t>(s * n + i)];
        const moment_part<1>& other = first_parts[static_cast<std::size_t>(s * n + i)];
        CHECK((one.shift[0] == other.shift[0] && one.negative[0] == other.negative[0] &&
               one.positive[0] == other.positive[0]));
        if (one.negative[0] > 0 || one.positive[0] > 0) {
          negative += static_cast<double>(one.negative[0]) * std::exp2(static_cast<double>(one.shift[0]));
          positive += static_cast<double>(one.positive[0]) * std::exp2(static_cast<double>(one.shift[0]));
        }
      }
      CHECK(negative == Approx(far_sums[static_cast<std::size_t>(i)]).epsilon(2e-5).margin(1e-30));
      if (Keep == keep::by_class)
        CHECK(positive == Approx(near_sums[static_cast<std::size_t>(i)]).epsilon(2e-5).margin(1e-30));
    }
  }
  double worst = 0, top = 1e-3;
  const auto look = [&](const numbers& found, const numbers& others, index_t count, index_t over, bool as_anchors,
                        bool as_candidates) {
    for (index_t i = 0; i < count; ++i)
      for (index_t k = 0; k < width; ++k) {
        double expected = 0;
        for (index_t j = 0; j < over; ++j)
          expected += 2 * ((as_anchors ? weight(i, j) : 0) + (as_candidates ? weight(j, i) : 0)) *
                      static_cast<double>(others[static_cast<std::size_t>(j * width + k)]);
        worst =
            std::max(worst, std::abs(static_cast<double>(found[static_cast<std::size_t>(i * width + k)]) - expected));
        top = std::max(top, std::abs(expected));
      }
  };
  look(first_rows, right, n, m, true, false), look(first_columns, left, m, n, false, true);
  if (is_one_side) look(first_both, left, n, n, true, true);
  CHECK(worst <= 4e-3 * top);
}

std::vector<emulated::settings> orders_for_builds() {
  auto orders = emulated::every_order();
  if (emulated::sanitized) orders.resize(1);
  return orders;
}
described_rule keyed(index_t anchors, index_t candidates) {
  described_rule rule;
  rule.anchors = static_cast<int>(anchors), rule.candidates = static_cast<int>(candidates);
  return rule;
}
std::vector<std::int32_t> in_classes(index_t rows, int classes) {
  std::vector<std::int32_t> keys;
  for (index_t i = 0; i < rows; ++i) keys.push_back(static_cast<std::int32_t>(i * 3) % classes);
  return keys;
}

}  // namespace

TEST_CASE("The kernels of moments agree with naive sums, with each test of a pair and either shift", "[gpu]") {
  const auto orders = orders_for_builds();
  const std::vector<emulated::settings> one(1, orders[0]);
  // similarities are below 1.5, so a fixed shift fits up to about times 40
  check<keep::every>({}, 3, 64 * 6, 6, 1, one);  // stages + 3 tiles: each stage is used twice
  check<keep::all_but_one>({keyed(65, 66)}, 65, 66, 1, 1, orders);
  check<keep::all_but_one>({keyed(65, 130)}, 65, 130, 3, 200, one);  // shifts grow from tile to tile
  check<keep::all_but_one>({keyed(66, 130), in_classes(66, 130)}, 66, 130, 2, 1, one);
  asked_rule classes{keyed(66, 60), in_classes(66, 5), in_classes(60, 5)};
  check<keep::by_class>(classes, 66, 65, 2, 1, orders);
  classes.by_key.hides_self = true;
  check<keep::by_class>(classes, 66, 65, 1, 200, one);
  classes.by_key.hides_others = true;
  check<keep::by_class>(classes, 70, 65, 2, 1, one);  // rows without keys, on both sides
  check<keep::by_class>(classes, 70, 65, 1, 200, one);
  check<keep::by_class>({keyed(66, 130)}, 66, 130, 3, 1, one);  // keys that are the rows' numbers
}

TEST_CASE(
    "Rows that are anchors and candidates have both weights of a pair added in one pass, with each test of a pair",
    "[gpu]") {
  const auto orders = orders_for_builds();
  const std::vector<emulated::settings> one(1, orders[0]);
  check<keep::every>({}, 3, 3, 1, 1, one, true);
  check<keep::all_but_one>({keyed(66, 66)}, 66, 66, 1, 1, orders, true);
  check<keep::all_but_one>({keyed(66, 66), in_classes(66, 66)}, 66, 66, 2, 200, one, true);
  asked_rule classes{keyed(66, 60), in_classes(66, 5), in_classes(60, 4)};  // pairs that differ from their transposes
  classes.by_key.hides_self = true;
  check<keep::by_class>(classes, 66, 66, 2, 1, one, true);
}
