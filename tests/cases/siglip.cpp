// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.15. Parameters: scale, bias.
struct siglip_case {
  static constexpr const char* name = "siglip";
  static constexpr int temperature = -1;
  static constexpr bool scales = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_views(sizes, draw);
    given.parameters = {draw.uniform(1, 10), draw.uniform(-10, 1)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    objective criterion{siglip{}, cosine{}, plain_logits{given.parameters[1]}};
    criterion.scale = given.parameters[0];
    found.value = value_and_grad(by, criterion, diagonal_targets{}, rows[0], rows[1],
                                 {.anchors = found.by_rows[0],
                                  .candidates = {found.by_rows[1]},
                                  .scale = &found.by_parameters[0],
                                  .bias = &found.by_parameters[1]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[1]));
    const long double scale = reference::wide(given.parameters[0]), bias = reference::wide(given.parameters[1]);
    long double loss = 0;
    for (index_t i = 0; i < s.rows(); ++i)
      for (index_t j = 0; j < s.rows(); ++j) loss += std::log1p(std::exp((i == j ? -1 : 1) * (scale * s(i, j) + bias)));
    return {loss / static_cast<long double>(s.rows()), scale + std::fabs(bias)};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a bias of NaN", [](loss_arguments& given) { given.parameters[1] = std::nan(""); }, "bias is nan"},
            {"a scale of 0", [](loss_arguments& given) { given.parameters[0] = 0; }, "scale is 0"}};
  }
};
const known_case<siglip_case> row;

}  // namespace
