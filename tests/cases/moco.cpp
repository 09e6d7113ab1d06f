// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.5: queries, their keys, a queue.
struct moco_case {
  static constexpr const char* name = "moco";
  static constexpr bool scales = true;
  static constexpr index_t least_samples = 1;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_views(sizes, draw);
    given.rows.push_back(random_embeddings<double>(2 * sizes.samples + 1, sizes.width, draw));
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    found.value =
        value_and_grad(by, moco(given.parameters[0]), queue_targets{}, rows[0], candidates(own(rows[1]), rows[2]),
                       {.anchors = found.by_rows[0],
                        .candidates = {found.by_rows[1], found.by_rows[2]},
                        .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table query = reference::unit(rows[0]);
    const table positive = reference::products(query, reference::unit(rows[1])),
                negative = reference::products(query, reference::unit(rows[2]));
    const long double t = reference::wide(given.parameters[0]);
    long double loss = 0, largest = 1;
    for (index_t i = 0; i < rows[0].rows(); ++i) {
      long double top = positive(i, i) / t, sum = 0;
      for (index_t j = 0; j < negative.width(); ++j) top = std::max(top, negative(i, j) / t);
      sum = std::exp(positive(i, i) / t - top);
      for (index_t j = 0; j < negative.width(); ++j) {
        sum += std::exp(negative(i, j) / t - top);
        largest = std::max(largest, std::fabs(negative(i, j) / t));
      }
      largest = std::max(largest, std::fabs(positive(i, i) / t));
      loss += top + std::log(sum) - positive(i, i) / t;
    }
    return {loss / static_cast<long double>(rows[0].rows()), largest};
  }

  static std::vector<refused_argument> refusals() {
    return {{"an empty queue", [](loss_arguments& given) { given.rows[2] = matrix<double>(0, given.rows[2].width()); },
             "candidate"}};
  }
};
const known_case<moco_case> row;

}  // namespace
