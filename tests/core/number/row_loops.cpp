// SPDX-License-Identifier: BSD-3-Clause
// Products, sums, lengths and distances of rows, against plain loops in long double.
#include <mixcon/core/number/row_lengths.hpp>

#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <cmath>
#include <limits>
#include <vector>

namespace {

using mixcon::index_t;
namespace vectors = mixcon::vectors;

template <class T>
std::vector<T> row_of(index_t count, mixcon_test::random_numbers& draw) {
  std::vector<T> row;
  for (index_t k = 0; k < count; ++k) row.push_back(static_cast<T>(draw.normal()));
  return row;
}
template <class T>
bool is_near(long double found, long double right) {
  return std::fabs(found - right) <=
         64 * static_cast<long double>(std::numeric_limits<T>::epsilon()) * (1 + std::fabs(right));
}

constexpr index_t widths[] = {0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 128, 131};

}  // namespace

TEMPLATE_TEST_CASE("Rows of any width are multiplied and measured as in long double", "[core]", float, double) {
  mixcon_test::random_numbers draw(3);
  for (const index_t width : widths) {
    INFO(width);
    const auto a = row_of<TestType>(width, draw), c = row_of<TestType>(width, draw);
    long double product = 0, size = 0, apart = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
      const long double x = static_cast<long double>(a[k]), y = static_cast<long double>(c[k]);
      product += x * y, size += x * x, apart += (x - y) * (x - y);
    }
    CHECK(is_near<TestType>(static_cast<long double>(vectors::product_of_rows(a.data(), c.data(), width)), product));
    CHECK(is_near<double>(static_cast<long double>(vectors::length_of_row(a.data(), width)), std::sqrt(size)));
    CHECK(is_near<double>(static_cast<long double>(vectors::distance_of(a.data(), c.data(), width)), std::sqrt(apart)));
    CHECK(vectors::distance_of(a.data(), a.data(), width) == 0);
  }
}

TEMPLATE_TEST_CASE("Products with several rows are those with each, and add to a row one after the other", "[core]",
                   float, double) {
  mixcon_test::random_numbers draw(5);
  for (const index_t width : widths) {
    INFO(width);
    const index_t number = 5, pitch = width + 3;
    const auto a = row_of<TestType>(width, draw), rows = row_of<TestType>(number * pitch, draw);
    std::vector<TestType> products(static_cast<std::size_t>(number)), sum(a);
    vectors::products_of_rows(a.data(), rows.data(), pitch, number, width, products.data());
    for (index_t j = 0; j < number; ++j)
      CHECK(products[static_cast<std::size_t>(j)] ==
            vectors::product_of_rows(a.data(), rows.data() + j * pitch, width));
    const index_t at[] = {4, 0, 3};
    const TestType by[] = {TestType(0.5), TestType(-2), TestType(3)};
    vectors::add_rows(sum.data(), by, at, 3, rows.data(), pitch, width);
    for (index_t k = 0; k < width; ++k) {
      long double right = static_cast<long double>(a[static_cast<std::size_t>(k)]);
      for (std::size_t j = 0; j < 3; ++j)
        right += static_cast<long double>(by[j]) *
                 static_cast<long double>(rows[static_cast<std::size_t>(at[j] * pitch + k)]);
      CHECK(is_near<TestType>(static_cast<long double>(sum[static_cast<std::size_t>(k)]), right));
    }
  }
}

TEMPLATE_TEST_CASE("A row is finite if all its entries are", "[core]", float, double) {
  using limits = std::numeric_limits<TestType>;
  for (const index_t width : widths) {
    INFO(width);
    std::vector<TestType> row(static_cast<std::size_t>(width), limits::max());
    CHECK(vectors::is_finite_row(row.data(), width));
    for (TestType& entry : row)
      for (const TestType odd : {limits::infinity(), limits::quiet_NaN()}) {
        entry = odd;
        CHECK(!vectors::is_finite_row(row.data(), width));
        entry = 1;
      }
  }
}

TEMPLATE_TEST_CASE("Differences of rows are put with either sign", "[core]", float, double) {
  mixcon_test::random_numbers draw(6);
  for (const index_t width : widths) {
    INFO(width);
    const auto x = row_of<TestType>(width, draw), y = row_of<TestType>(width, draw);
    for (const bool sets : {false, true}) {
      std::vector<TestType> first(x.size(), TestType(3)), second(first), alone(first);
      vectors::put_difference(sets, TestType(2), x.data(), y.data(), first.data(), second.data(), width);
      vectors::put_difference<TestType>(sets, TestType(2), x.data(), y.data(), nullptr, alone.data(), width);
      CHECK(alone == second);
      for (std::size_t k = 0; k < x.size(); ++k) {
        const long double term = 2 * (static_cast<long double>(x[k]) - static_cast<long double>(y[k])),
                          before = sets ? 0 : 3;
        CHECK(is_near<TestType>(static_cast<long double>(first[k]), before + term));
        CHECK(is_near<TestType>(static_cast<long double>(second[k]), before - term));
      }
    }
  }
}

TEMPLATE_TEST_CASE("Lengths and distances keep to the whole range of their type", "[core]", float, double) {
  using limits = std::numeric_limits<TestType>;
  for (const index_t width : widths) {
    if (width == 0) continue;
    INFO(width);
    std::vector<TestType> row(static_cast<std::size_t>(width)), zero(row);
    for (const TestType entry : {limits::max(), limits::min(), limits::denorm_min()}) {
      row.back() = entry;
      CHECK(vectors::length_of_row(row.data(), width) == static_cast<double>(entry));
      CHECK(vectors::distance_of(row.data(), zero.data(), width) == static_cast<double>(entry));
    }
    row.back() = limits::infinity();
    CHECK(std::isinf(vectors::length_of_row(row.data(), width)));
    CHECK(std::isinf(vectors::distance_of(zero.data(), row.data(), width)));
    row.front() = limits::quiet_NaN();
    CHECK(std::isnan(vectors::length_of_row(row.data(), width)));
    CHECK(std::isnan(vectors::distance_of(zero.data(), row.data(), width)));
  }
}

TEMPLATE_TEST_CASE("Rows are added to where they stand, at any stride", "[core]", float, double) {
  mixcon_test::random_numbers draw(4);
  for (const index_t width : widths) {
    INFO(width);
    const auto a = row_of<TestType>(width, draw), c = row_of<TestType>(width, draw);
    std::vector<TestType> sum(static_cast<std::size_t>(width + 1), TestType(1));
    vectors::add_two_rows(sum.data(), TestType(2), a.data(), TestType(-0.5), c.data(), width);
    for (const index_t stride : {1, 3, -2}) {
      std::vector<TestType> spread(static_cast<std::size_t>(3 * width + 1), TestType(1));
      TestType* const first = stride > 0 ? spread.data() : spread.data() + 2 * width;
      for (const bool sets : {false, true}) {
        vectors::put_wide_terms(sets, first, stride, width, [&](index_t k, auto as) {
          using W = decltype(as);
          return W(2) * vectors::load_wide<W>(a.data() + k) - W(0.5) * vectors::load_wide<W>(c.data() + k);
        });
        for (index_t k = 0; k < width; ++k)
          CHECK(is_near<TestType>(static_cast<long double>(first[k * stride]),
                                  static_cast<long double>(sum[static_cast<std::size_t>(k)]) - (sets ? 1 : 0)));
      }
    }
    for (index_t k = 0; k < width; ++k) {
      const auto at = static_cast<std::size_t>(k);
      CHECK(is_near<TestType>(static_cast<long double>(sum[at]),
                              1 + 2 * static_cast<long double>(a[at]) - static_cast<long double>(c[at]) / 2));
    }
    CHECK(sum.back() == TestType(1));
  }
}
