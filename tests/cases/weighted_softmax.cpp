// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 1.1, with targets, weights and coefficients of every size. `constants`: p, then w, then kappa, then rho.
struct weighted_softmax_case {
  static constexpr const char* name = "weighted_softmax";
  static constexpr int temperature = -1;   // parameters: the scale
  static constexpr bool permutes = false;  // the constants are not one a sample

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    const index_t anchors = sizes.samples, others = sizes.samples + 1;
    given.rows = {random_embeddings<double>(anchors, sizes.width, draw),
                  random_embeddings<double>(others, sizes.width, draw)};
    given.parameters = {draw.uniform(1, 5)};
    for (index_t k = 0; k < anchors * others; ++k) given.constants.push_back(draw.chance(0.3) ? draw.uniform(0, 1) : 0);
    for (index_t k = 0; k < anchors * others; ++k)
      given.constants.push_back(k % others == 0 || draw.chance(0.7) ? draw.uniform(0.1, 2) : 0);
    for (index_t i = 0; i < 2 * anchors; ++i) given.constants.push_back(draw.uniform(0, 2));
    return given;
  }

  /// Part `which` of p, w; then of kappa, rho.
  static matrix<double> pairs(const loss_arguments& given, index_t which) {
    matrix<double> m(given.rows[0].rows(), given.rows[1].rows());
    for (std::size_t k = 0; k < m.entries().size(); ++k)
      m.entries()[k] = given.constants[static_cast<std::size_t>(which) * m.entries().size() + k];
    return m;
  }
  static std::vector<double> numbers(const loss_arguments& given, index_t which) {
    const auto end = given.constants.end() - (1 - which) * given.rows[0].rows();
    return {end - given.rows[0].rows(), end};
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const std::vector<double> kappa = numbers(given, 0), rho = numbers(given, 1);
    const auto p = converted<T>(pairs(given, 0)), w = converted<T>(pairs(given, 1));
    const auto target = view(p), weight = view(w);
    objective criterion{weighted_softmax{.kappa = view(kappa)}, dot_product{}};
    criterion.scale = given.parameters[0];
    criterion.reduce = reduction::weighted;
    criterion.weights = view(rho);
    found.value = value_and_grad(
        by, criterion, matrix_targets{target, weight}, rows[0], rows[1],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[1]}, .scale = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    table logits = reference::products(rows[0], rows[1]);
    for (auto& l : logits.entries()) l *= reference::wide(given.parameters[0]);
    std::vector<long double> kappa, rho;
    for (const double k : numbers(given, 0)) kappa.push_back(reference::wide(k));
    for (const double r : numbers(given, 1)) rho.push_back(reference::wide(r));
    return {reference::softmax_family(logits, converted<long double>(pairs(given, 0)),
                                      converted<long double>(pairs(given, 1)), kappa, rho),
            largest_entry(logits)};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a negative weight", [](loss_arguments& given) { given.constants[0] = -1; }, "-1"},
            {"a scale of 0", [](loss_arguments& given) { given.parameters[0] = 0; }, "scale is 0"}};
  }
};
const known_case<weighted_softmax_case> row;

}  // namespace
