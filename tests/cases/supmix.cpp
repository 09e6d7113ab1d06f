// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.4 as it is written: two SupCon losses, the second with the mixtures in reverse. Constants: lambda.
struct supmix_case {
  static constexpr const char* name = "supmix";
  static constexpr bool scales = true, permutes = false;  // images and mixtures stand in one matrix

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(2 * sizes.samples, sizes.width, draw)};
    given.labels = random_labels(sizes.samples, sizes.classes, draw);
    given.parameters = {draw.uniform(0.2, 1)};
    given.constants = {draw.uniform(0, 1)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{info_nce{.temperature = given.parameters[0]}, cosine{}};
    found.value = value_and_grad(
        by, criterion, supmix_targets{.labels = given.labels, .lambda = given.constants[0]}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const index_t samples = rows[0].rows() / 2;
    const table z = rows_of(rows[0], 0, samples), mixed = rows_of(rows[0], samples, samples);
    table reversed = mixed;
    for (index_t i = 0; i < samples; ++i)
      for (index_t k = 0; k < z.width(); ++k) reversed(i, k) = mixed(samples - 1 - i, k);
    const auto supcon = [&](const table& below) {
      const table unit = reference::unit(stacked(z, below));
      return reference::supcon_out(reference::products(unit, unit), reference::same_label(given.labels),
                                   given.parameters[0]);
    };
    const long double lambda = reference::wide(given.constants[0]);
    return {lambda * supcon(mixed) + (1 - lambda) * supcon(reversed), 1 / reference::wide(given.parameters[0])};
  }

  static std::vector<refused_argument> refusals() {
    return {{"lambda 2", [](loss_arguments& given) { given.constants[0] = 2; }, "lambda is 2"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "two rows a label"}};
  }
};
const known_case<supmix_case> row;

}  // namespace
