// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.8, with mixed targets. Rows: predictions. Constants: lambda (N), then the targets, which are constant.
struct byol_case {
  static constexpr const char* name = "byol";
  static constexpr int temperature = -1;
  static constexpr bool scales = true, rotates = false, permutes = false;  // the targets stay where they are
  static constexpr index_t least_samples = 1;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(sizes.samples, sizes.width, draw)};
    for (index_t i = 0; i < sizes.samples; ++i) {
      given.constants.push_back(draw.chance(0.2) ? 1 : draw.uniform(0, 1));
      given.partner.push_back(draw.below(sizes.samples));
    }
    for (index_t k = 0; k < sizes.samples * sizes.width; ++k) given.constants.push_back(draw.normal());
    return given;
  }
  template <class T>
  static matrix<T> targets_of_draw(const loss_arguments& given) {
    matrix<T> z(given.rows[0].rows(), given.rows[0].width());
    for (std::size_t k = 0; k < z.entries().size(); ++k)
      z.entries()[k] = static_cast<T>(given.constants[static_cast<std::size_t>(z.rows()) + k]);
    return z;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const std::vector<double> lambda(given.constants.begin(),
                                     given.constants.begin() + static_cast<std::ptrdiff_t>(given.rows[0].rows()));
    const byol loss{.lambda = view(lambda), .partner = integer_view(given.partner)};
    const auto z = targets_of_draw<T>(given);
    found.value = value_and_grad(by, loss, rows[0], z, {.first = found.by_rows[0]}).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table p = reference::unit(rows[0]), z = reference::unit(targets_of_draw<long double>(given));
    long double loss = 0;
    for (index_t i = 0; i < p.rows(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      const long double lambda = reference::wide(given.constants[at]);
      long double cosine = 0;
      for (index_t k = 0; k < p.width(); ++k)
        cosine += p(i, k) * (lambda * z(i, k) + (1 - lambda) * z(given.partner[at], k));
      loss += 2 - 2 * cosine;
    }
    return loss / static_cast<long double>(p.rows());
  }

  static std::vector<refused_argument> refusals() {
    return {{"lambda 2", [](loss_arguments& given) { given.constants[0] = 2; }, "lambda 0 is 2"},
            {"a partner too far", [](loss_arguments& given) { given.partner[0] = 99; }, "partner of row 0 is 99"}};
  }
};
const known_case<byol_case> row;

}  // namespace
