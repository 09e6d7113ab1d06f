// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.1: two views of each sample, stacked.
struct nt_xent_case {
  static constexpr const char* name = "nt_xent";
  static constexpr bool scales = true, permutes = false;  // the views stand in one matrix
  static constexpr index_t least_samples = 1;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(2 * sizes.samples, sizes.width, draw)};
    given.parameters = {draw.uniform(0.2, 1)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    found.value = value_and_grad(
        by, nt_xent(given.parameters[0]), view_targets{.samples = rows[0].rows() / 2}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    return {reference::nt_xent(rows[0], given.parameters[0]), 1 / reference::wide(given.parameters[0])};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a temperature of 0", [](loss_arguments& given) { given.parameters[0] = 0; }, "temperature is 0"},
            {"an odd number of rows",
             [](loss_arguments& given) { given.rows[0] = rows_of(given.rows[0], 0, given.rows[0].rows() - 1); },
             "stacked rows"}};
  }
};
const known_case<nt_xent_case> row;

}  // namespace
