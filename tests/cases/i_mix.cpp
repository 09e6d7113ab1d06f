// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.7: embeddings of mixed first views against those of unmixed second ones. Constants: lambda (N).
struct i_mix_case {
  static constexpr const char* name = "i_mix";
  static constexpr bool scales = true, permutes = false;  // partners are not one a sample
  static constexpr index_t least_samples = 1;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_views(sizes, draw);
    for (index_t i = 0; i < sizes.samples; ++i) {
      given.partner.push_back(draw.below(sizes.samples));
      given.constants.push_back(draw.chance(0.2) ? static_cast<double>(draw.below(2)) : draw.uniform());
    }
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const auto criterion = i_mix(given.parameters[0]);
    const mixed_targets targets{diagonal_targets{}, given.constants, given.partner};
    found.value = value_and_grad(
        by, criterion, targets, rows[0], rows[1],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[1]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[1]));
    const std::vector<int> partner(given.partner.begin(), given.partner.end());
    return {reference::n_pair_mix(s, given.constants, partner, given.parameters[0]),
            1 / reference::wide(given.parameters[0])};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a partner that is no sample", [](loss_arguments& given) { given.partner[0] = 99; }, "is 99"},
            {"a lambda of 2", [](loss_arguments& given) { given.constants[0] = 2; }, "lambda 0 is 2"}};
  }
};
const known_case<i_mix_case> row;

}  // namespace
