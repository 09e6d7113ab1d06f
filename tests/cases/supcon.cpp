// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.2, L_out of two stacked views. Constants: whether the first view alone is the anchors, the base
/// temperature; then, if positives have weights, the mask over samples (N, N).
struct supcon_case {
  static constexpr const char* name = "supcon";
  static constexpr bool scales = true, permutes = false;  // the views stand in one matrix

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(2 * sizes.samples, sizes.width, draw)};
    given.labels = random_labels(sizes.samples, sizes.classes, draw);
    given.parameters = {draw.uniform(0.2, 1)};
    given.constants = {draw.chance(0.5) ? 1.0 : 0.0, draw.chance(0.5) ? draw.uniform(0.1, 1) : 0};
    if (draw.chance(0.5))
      for (index_t k = 0; k < sizes.samples * sizes.samples; ++k)
        given.constants.push_back(draw.chance(0.6) ? draw.uniform(0.1, 2) : 0);
    return given;
  }
  static bool has_mask(const loss_arguments& given) { return given.constants.size() > 2; }
  static matrix<double> mask_of(const loss_arguments& given) {
    const auto samples = static_cast<index_t>(given.labels.size());
    matrix<double> mask(samples, samples);
    for (std::size_t k = 0; k < mask.entries().size(); ++k) mask.entries()[k] = given.constants[k + 2];
    return mask;
  }

  static void usual(loss_arguments& given) { given.constants = {0, 0}; }  // all anchors, by labels

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion = supcon(given.parameters[0], given.constants[1]);
    const index_t anchors = given.constants[0] != 0 ? rows[0].rows() / 2 : rows[0].rows();
    const axes<2> shape{anchors, rows[0].width()};
    const auto by_targets = [&](const auto& targets) {
      return value_and_grad(by, criterion, targets, matrix_view<const T>{rows[0].data(), shape}, rows[0],
                            {.anchors = {found.by_rows[0].data(), shape},
                             .candidates = {found.by_rows[0]},
                             .temperature = &found.by_parameters[0]});
    };
    const matrix<double> mask = has_mask(given) ? mask_of(given) : matrix<double>();
    found.value = has_mask(given) ? by_targets(mask_targets(mask, 2))
                                  : by_targets(label_targets{.labels = given.labels, .views = 2});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table mask = has_mask(given) ? converted<long double>(mask_of(given)) : reference::same_label(given.labels);
    const index_t anchors = given.constants[0] != 0 ? rows[0].rows() / 2 : rows[0].rows();
    const table unit = reference::unit(rows[0]), s = reference::products(rows_of(unit, 0, anchors), unit);
    const long double t = reference::wide(given.parameters[0]), base = reference::wide(given.constants[1]);
    return {reference::supcon_out(s, mask, given.parameters[0]) * (base > 0 ? t / base : 1), largest_entry(s) / t};
  }

  static std::vector<refused_argument> refusals() {
    return {
        {"a base temperature below 0", [](loss_arguments& given) { given.constants[1] = -1; },
         "base_temperature is -1"},
        {"a view of a sample too few",
         [](loss_arguments& given) { given.rows[0] = rows_of(given.rows[0], 0, given.rows[0].rows() - 1); }, "views"}};
  }
};
const known_case<supcon_case> row;

}  // namespace
