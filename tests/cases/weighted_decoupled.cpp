// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.12, DCLW: two views of N samples, stacked. Constant: sigma.
struct weighted_decoupled_case {
  static constexpr const char* name = "weighted_decoupled";
  static constexpr bool scales = true, permutes = false;  // the views stand in one matrix
  static constexpr double slack = 10;  // a weight multiplies its logit; it is as large as the number of samples

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(2 * sizes.samples, sizes.width, draw)};
    given.parameters = {draw.uniform(0.2, 1)};
    given.constants = {draw.uniform(0.3, 1)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const std::vector<double> weights = decoupled_weights(rows[0], given.constants[0]);
    const auto criterion = weighted_decoupled(given.parameters[0]);
    found.value = value_and_grad(
        by, criterion, weighted_view_targets{.weights = mixcon::view(weights)}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& constant) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[0]));
    const table held = reference::products(reference::unit(constant[0]), reference::unit(constant[0]));
    const long double t = reference::wide(given.parameters[0]), sigma = reference::wide(given.constants[0]);
    const index_t all = s.rows(), samples = all / 2;
    long double partition = 0, loss = 0;
    for (index_t i = 0; i < samples; ++i) partition += std::exp(held(i, i + samples) / sigma);
    for (index_t i = 0; i < all; ++i) {
      const index_t sample = i % samples;
      const long double share = std::exp(held(sample, sample + samples) / sigma) / partition;
      long double negatives = 0;
      for (index_t k = 0; k < all; ++k)
        if (k % samples != sample) negatives += std::exp(s(i, k) / t);
      loss += std::log(negatives) - (2 - static_cast<long double>(samples) * share) * s(i, (i + samples) % all) / t;
    }
    return {loss / static_cast<long double>(all), 1 / t};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a sigma of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); }, "sigma is nan"}};
  }
};
const known_case<weighted_decoupled_case> row;

}  // namespace
