// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.12: two views of N samples, stacked.
struct decoupled_case {
  static constexpr const char* name = "decoupled";
  static constexpr bool scales = true, permutes = false;  // the views stand in one matrix

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(2 * sizes.samples, sizes.width, draw)};
    given.parameters = {draw.uniform(0.2, 1)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{decoupled{.temperature = given.parameters[0]}, cosine{}};
    found.value = value_and_grad(
        by, criterion, view_targets{.samples = rows[0].rows() / 2}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[0]));
    const long double t = static_cast<long double>(given.parameters[0]);
    const index_t all = s.rows(), samples = all / 2;
    long double loss = 0;
    for (index_t i = 0; i < all; ++i) {
      long double partition = 0;
      for (index_t k = 0; k < all; ++k)
        if (k % samples != i % samples) partition += std::exp(s(i, k) / t);
      loss += std::log(partition) - s(i, (i + samples) % all) / t;
    }
    return {loss / static_cast<long double>(all), 1 / t};
  }

  static std::vector<refused_argument> refusals() { return {}; }
};
const known_case<decoupled_case> row;

}  // namespace
