// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
// The kernels of tiles alone, against naive sums in double.
#include "gpu/emulator/kernel_run.hpp"

#include "support/catch.hpp"

#include <mixcon/contrast/loss.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/gpu/tiles/tile_calls.cuh>

#include <cmath>
#include <random>

using namespace mixcon::gpu;
using mixcon::bfloat16;
using mixcon::index_t;
using mixcon_test::device_array;

namespace {

/// log sum e^x over the candidates.
struct partition {
  double temperature = 1;
  auto statistics() const { return mixcon::pack{mixcon::log_sum_exp{mixcon::over::candidates}}; }
  template <class T>
  MIXCON_HD T value(T all) const {
    return all;
  }
};
/// Every third pair is hidden.
struct two_thirds {
  template <class T>
  mixcon::role<T> at(index_t anchor, index_t candidate) const {
    return (anchor + candidate) % 3 == 0 ? mixcon::hidden_pair<T>() : mixcon::negative_pair<T>();
  }
};
using problem =
    device_problem<mixcon::detail::pair_rules<float, partition, mixcon::dot_product, mixcon::plain_logits, two_thirds>>;
using rounded_once = operand<bfloat16, 1>;
using split_in_two = operand<bfloat16, 2>;

std::vector<float> numbers(index_t rows, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<float> all;
  for (index_t k = 0; k < rows * 64; ++k)
    all.push_back(static_cast<float>(bfloat16(std::ldexp(static_cast<float>(bits() >> 9U), -24) - 0.25F)));
  return all;
}
template <class Operand>
struct operands_of {
  device_array<typename Operand::Element> data;
  device_array<float> mark;
  operand_rows<Operand> rows;
  explicit operands_of(const std::vector<float>& from)
      : data(from.size() * Operand::parts),
        mark(from.size() / 64),
        rows{data.data(), mark.data(), static_cast<index_t>(from.size() / 64)} {
    const device_array<float> packed(from);
    static_cast<void>(
        launch<&pack_operands<Operand>>(blocks_of(rows.count, rows_of_block), threads_of_block, 0, nullptr,
                                        device_rows<float>{packed.data(), nullptr, rows.count, 64}, 64, rows));
  }
};

double dot(const std::vector<float>& a, index_t i, const std::vector<float>& c, index_t j) {
  double sum = 0;
  for (index_t k = 0; k < 64; ++k)
    sum += static_cast<double>(a[static_cast<std::size_t>(i * 64 + k)]) *
           static_cast<double>(c[static_cast<std::size_t>(j * 64 + k)]);
  return sum;
}

/// The states of tile_states in blocks of 64 Blocks rows, joined.
template <int Blocks, class Operand>
std::vector<typename problem::state> states_of(const problem& p, const operands_of<Operand>& a,
                                               const operands_of<Operand>& c, int tiles_each,
                                               const emulated::settings& how) {
  using sizes = tile_sizes<Operand, 64, 3>;
  const int tiles = sizes::tiles_of(c.rows.count), splits = (tiles + tiles_each - 1) / tiles_each;
  const auto n = static_cast<std::size_t>(a.rows.count);
  const device_array<tile_part<problem>> part(n * static_cast<std::size_t>(splits));
  const device_array<typename problem::state> states(n);
  const device_array<char> sees(n);
  row_work<problem> work{};
  work.states = states.data(), work.sees = sees.data();
  emulated::the_counts() = {};
  REQUIRE(launch<&tile_states<64, Blocks, Operand, problem>>(
              blocks_of(a.rows.count, 64 * Blocks) * static_cast<unsigned>(splits), sizes::threads, sizes::shared_bytes,
              &how, p, a.rows, c.rows, tiles_each, part.data())
              .ok());
  CHECK(emulated::the_counts().bank_conflicts == 0);
  REQUIRE(launch<&join_tiles<problem>>(blocks_of(a.rows.count, 128), 128, 0, &how, p, splits,
                                       static_cast<const tile_part<problem>*>(part.data()), work)
              .ok());
  for (const char one : sees.host()) CHECK(one == 1);
  return states.host();
}

template <class Operand>
void check(index_t n, index_t m, int tiles_each, bool is_one_side = false) {
  INFO(n << " x " << m << ", " << tiles_each << " tiles a split, " << (is_one_side ? "the same rows" : "two sides"));
  const auto left = numbers(n, 1), right = numbers(m, is_one_side ? 1 : 2);
  const operands_of<Operand> a(left), c(right);
  problem p(problem::rules_type{{}, partition{}.statistics(), {}, {}, {}, 1.0F, 0, 0});
  p.anchors.count = n, p.anchors.width = 64, p.candidates.count = m, p.candidates.width = 64;

  std::vector<double> sums;
  std::vector<typename problem::readings> readings;
  for (index_t i = 0; i < n; ++i) {
    double sum = 0;
    for (index_t j = 0; j < m; ++j) sum += (i + j) % 3 == 0 ? 0 : std::exp(dot(left, i, right, j));
    sums.push_back(sum);
    readings.push_back(mixcon::pack{mixcon::detail::plain_reading<float>{static_cast<float>(std::log(sum))}});
  }
  const device_array<typename problem::readings> reading(readings);
  const device_array<float> adjoint(std::vector<float>(static_cast<std::size_t>(n), 1.0F));
  const device_array<char> used(std::vector<char>(static_cast<std::size_t>(n), 1));
  device_saved<problem> saved{};
  saved.reading = reading.data(), saved.adjoint = adjoint.data(), saved.used = used.data();
  using sizes = tile_sizes<Operand, 64, 2>;
  std::vector<float> first_rows, first_columns, first_both;
  auto orders = emulated::every_order();
  if (emulated::sanitized) orders.resize(1);
  for (const auto& how : orders) {
    const auto one = states_of<1>(p, a, c, tiles_each, how), two = states_of<2>(p, a, c, tiles_each, how);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const auto reading_of = one[i].read(p.statistics, 0), other = two[i].read(p.statistics, 0);
      const double found = static_cast<double>(get<0>(reading_of).value);
      CHECK(std::abs(found - std::log(sums[i])) < 2e-5);
      CHECK(get<0>(reading_of).value == get<0>(other).value);
    }
    const device_array<float> by_rows(std::vector<float>(left.size(), 0.0F)),
        by_columns(std::vector<float>(right.size(), 0.0F));
    const device_array<double> by_scale(static_cast<std::size_t>(n)), by_bias(static_cast<std::size_t>(n));
    tile_outputs to{by_rows.data(), 64, 64, by_scale.data(), by_bias.data()};
    REQUIRE(launch<&tile_weights<64, output_rows::anchors, Operand, problem>>(
                blocks_of(n, 64), sizes::threads, sizes::shared_bytes, &how, p, a.rows, c.rows, saved, to)
                .ok());
    to.by_rows = by_columns.data();
    REQUIRE(launch<&tile_weights<64, output_rows::candidates, Operand, problem>>(
                blocks_of(m, 64), sizes::threads, sizes::shared_bytes, &how, p, c.rows, a.rows, saved, to)
                .ok());
    CHECK(emulated::the_counts().bank_conflicts == 0);
    for (const double bias : by_bias.host()) CHECK(bias == Approx(1).epsilon(1e-5));
    const device_array<float> by_both(std::vector<float>(left.size(), 0.0F));
    to.by_rows = by_both.data();
    if (is_one_side)
      REQUIRE(launch<&tile_weights<64, output_rows::both, Operand, problem>>(
                  blocks_of(n, 64), sizes::threads, sizes::shared_bytes, &how, p, a.rows, a.rows, saved, to)
                  .ok());
    for (const double bias : by_bias.host()) CHECK(bias == Approx(1).epsilon(1e-5));
    if (first_rows.empty()) first_rows = by_rows.host(), first_columns = by_columns.host(), first_both = by_both.host();
    CHECK(first_both == by_both.host());
    CHECK(first_rows == by_rows.host());
    CHECK(first_columns == by_columns.host());
  }
  double worst = 0, top = 0;
  const auto weight = [&](index_t i, index_t j) {
    return (i + j) % 3 == 0 ? 0 : std::exp(dot(left, i, right, j)) / sums[static_cast<std::size_t>(i)];
  };
  const auto look = [&](const std::vector<float>& found, const std::vector<float>& others, index_t count, index_t over,
                        bool as_anchors, bool as_candidates) {
    for (index_t i = 0; i < count; ++i)
      for (index_t k = 0; k < 64; ++k) {
        double expected = 0;
        for (index_t j = 0; j < over; ++j)
          expected += ((as_anchors ? weight(i, j) : 0) + (as_candidates ? weight(j, i) : 0)) *
                      static_cast<double>(others[static_cast<std::size_t>(j * 64 + k)]);
        worst = std::max(worst, std::abs(static_cast<double>(found[static_cast<std::size_t>(i * 64 + k)]) - expected));
        top = std::max(top, std::abs(expected));
      }
  };
  look(first_rows, right, n, m, true, false), look(first_columns, left, m, n, false, true);
  if (is_one_side) look(first_both, left, n, n, true, true);
  CHECK(worst <= (Operand::parts == 2 ? 2e-5 : 4e-3) * top);
}

}  // namespace

TEST_CASE("The kernels of tiles agree with naive sums, in blocks of 64 and of 128 rows", "[gpu]") {
  check<rounded_once>(3, 2, 1);
  check<rounded_once>(65, 66, 1);
  check<rounded_once>(66, 66, 1, true);
  check<split_in_two>(2, 64 * 6 + 1, 7);  // stages + 4 tiles: each stage is used twice
}
