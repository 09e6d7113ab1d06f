// SPDX-License-Identifier: BSD-3-Clause
// What must hold for any rows: rotations, the samples' order, the labels' names, the rows' lengths.
#include "cases/checks/bounds.hpp"
#include "support/catch.hpp"

#include <numeric>

using namespace mixcon_test;

namespace {

constexpr index_t width = 4;

/// Turns the plane of two axes, for every row of the width of an embedding.
void rotate(matrix<double>& m, index_t first, index_t second, double angle) {
  for (index_t i = 0; i < m.rows(); ++i) {
    const double x = m(i, first), y = m(i, second);
    m(i, first) = std::cos(angle) * x - std::sin(angle) * y;
    m(i, second) = std::sin(angle) * x + std::cos(angle) * y;
  }
}
void rotate(std::vector<matrix<double>>& rows, random_numbers draw) {
  for (index_t a = 0; a < width; ++a)
    for (index_t b = a + 1; b < width; ++b) {
      const double angle = draw.uniform(0, 6);
      for (auto& m : rows) rotate(m, a, b, angle);
    }
}

/// New position of sample i: order[i]. What does not come one a sample stays.
loss_arguments permuted(const loss_arguments& given, index_t samples, const std::vector<index_t>& order) {
  loss_arguments moved = given;
  for (std::size_t m = 0; m < given.rows.size(); ++m)
    for (index_t i = 0; i < samples && given.rows[m].rows() == samples; ++i)
      for (index_t k = 0; k < given.rows[m].width(); ++k)
        moved.rows[m](order[static_cast<std::size_t>(i)], k) = given.rows[m](i, k);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto to = static_cast<std::size_t>(order[i]);
    if (given.labels.size() == order.size()) moved.labels[to] = given.labels[i];
    if (given.constants.size() == order.size()) moved.constants[to] = given.constants[i];
    if (given.partner.size() == order.size()) moved.partner[to] = order[static_cast<std::size_t>(given.partner[i])];
  }
  return moved;
}

void check_same_value(const loss_case& loss, const char* property, const loss_arguments& given,
                      const loss_arguments& changed) {
  for (const any_engine& by : engines) {
    const double before = answer_of<double>(loss, by, given).value, after = answer_of<double>(loss, by, changed).value;
    INFO(loss.name << ", " << by.name() << ", " << property << ": " << before << " becomes " << after);
    CHECK(std::fabs(before - after) <= 1e-10 * loss.slack * std::max(1.0, std::fabs(before)));
  }
}

template <class Check>
void for_each_draw(bool loss_case::*property, Check&& check) {
  for (const loss_case& loss : loss_cases()) {
    if (!(loss.*property)) continue;
    random_numbers draw(9);
    for (int trial = 0; trial < 10; ++trial) {
      const index_t samples = loss.least_samples + 5;
      check(loss, loss.draw({samples, width, 3}, draw), samples, draw);
    }
  }
}

}  // namespace

TEST_CASE("rotating all rows leaves a loss of similarities as it is", "[properties]") {
  for_each_draw(&loss_case::rotates, [](const auto& loss, const auto& given, index_t, random_numbers& draw) {
    loss_arguments turned = given;
    rotate(turned.rows, draw);
    check_same_value(loss, "rotated", given, turned);
  });
}

TEST_CASE("the order of the samples does not matter", "[properties]") {
  for_each_draw(&loss_case::permutes, [](const auto& loss, const auto& given, index_t samples, random_numbers& draw) {
    std::vector<index_t> order(static_cast<std::size_t>(samples));
    std::iota(order.begin(), order.end(), index_t{0});
    for (std::size_t i = order.size(); i-- > 1;)
      std::swap(order[i], order[static_cast<std::size_t>(draw.below(static_cast<index_t>(i) + 1))]);
    const loss_arguments moved = permuted(given, samples, order);
    check_same_value(loss, "in another order", given, moved);
    const auto here = answer_of<double>(loss, engines[1], given), there = answer_of<double>(loss, engines[1], moved);
    for (std::size_t m = 0; m < here.by_rows.size(); ++m) {
      if (here.by_rows[m].rows() != samples) continue;
      for (index_t i = 0; i < samples; ++i)
        for (index_t k = 0; k < here.by_rows[m].width(); ++k)
          CHECK(there.by_rows[m](order[static_cast<std::size_t>(i)], k) ==
                Approx(here.by_rows[m](i, k)).margin(1e-9 * loss.slack).epsilon(1e-8));
    }
  });
}

TEST_CASE("a loss that normalises does not see the lengths of rows, and its gradient is orthogonal to them",
          "[properties]") {
  for_each_draw(&loss_case::scales, [](const auto& loss, const auto& given, index_t, random_numbers& draw) {
    loss_arguments longer = given;
    for (auto& m : longer.rows)
      for (index_t i = 0; i < m.rows(); ++i) {
        const double by = draw.uniform(0.1, 10);
        for (index_t k = 0; k < m.width(); ++k) m(i, k) *= by;
      }
    check_same_value(loss, "with longer and shorter rows", given, longer);
    const auto found = answer_of<double>(loss, engines[1], given);
    for (std::size_t m = 0; m < given.rows.size(); ++m)
      for (index_t i = 0; i < given.rows[m].rows(); ++i) {
        double along = 0;
        for (index_t k = 0; k < given.rows[m].width(); ++k) along += found.by_rows[m](i, k) * given.rows[m](i, k);
        INFO(loss.name << ", row " << i << " of rows " << m);
        CHECK(std::fabs(along) <= 1e-11 * loss.slack);
      }
  });
}
