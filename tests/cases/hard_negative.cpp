// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.11: two views of N samples, stacked. Constants: concentration, positive prior.
struct hard_negative_case {
  static constexpr const char* name = "hard_negative";
  static constexpr bool scales = true, permutes = false, has_kinks = true;  // the views stand in one matrix
  static constexpr double slack = 10;  // the negatives' weights: logits times 1 + 2 concentration

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(2 * sizes.samples, sizes.width, draw)};
    given.parameters = {draw.uniform(0.2, 1)};
    given.constants = {draw.chance(0.3) ? 0 : draw.uniform(0, 2), draw.chance(0.3) ? 0 : draw.uniform(0, 0.3)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const hard_negative loss{
        .temperature = given.parameters[0], .concentration = given.constants[0], .positive_prior = given.constants[1]};
    found.value = value_and_grad(
        by, objective{loss, cosine{}}, view_targets{.samples = rows[0].rows() / 2}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[0]));
    const long double t = reference::wide(given.parameters[0]), beta = reference::wide(given.constants[0]),
                      prior = reference::wide(given.constants[1]);
    const index_t all = s.rows(), samples = all / 2;
    const auto negatives = static_cast<long double>(all - 2);
    long double loss = 0;
    for (index_t i = 0; i < all; ++i) {
      long double raised = 0, weights = 0;
      for (index_t k = 0; k < all; ++k)
        if (k % samples != i % samples)
          raised += std::exp((1 + beta) * s(i, k) / t), weights += std::exp(beta * s(i, k) / t);
      const long double positive = std::exp(s(i, (i + samples) % all) / t);
      const long double unbiased = (negatives * raised / weights - prior * negatives * positive) / (1 - prior);
      loss += std::log1p(std::max(unbiased, negatives * std::exp(-1 / t)) / positive);
    }
    return {loss / static_cast<long double>(all), 1 / t};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a concentration of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); },
             "concentration is nan"},
            {"a prior of 1", [](loss_arguments& given) { given.constants[1] = 1; }, "positive_prior is 1"}};
  }
};
const known_case<hard_negative_case> row;

}  // namespace
