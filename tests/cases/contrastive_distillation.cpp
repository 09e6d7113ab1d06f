// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.18, CRD: a positive and three negatives a sample. Constants: samples, normalizer.
struct contrastive_distillation_case {
  static constexpr const char* name = "contrastive_distillation";
  static constexpr bool scales = true, permutes = false;  // a sample's candidates are several rows
  static constexpr index_t own_candidates = 4;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(sizes.samples, sizes.width, draw),
                  random_embeddings<double>(sizes.samples * own_candidates, sizes.width, draw)};
    given.parameters = {draw.uniform(0.2, 1)};
    given.constants = {draw.uniform(3, 100), std::exp(draw.uniform(-3, 10))};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const contrastive_distillation loss{.temperature = given.parameters[0],
                                        .negatives = own_candidates - 1,
                                        .samples = given.constants[0],
                                        .normalizer = given.constants[1]};
    const axes<3> shape{rows[0].rows(), own_candidates, rows[0].width()};
    const tensor_view<const T, 3> candidate_rows{rows[1].data(), shape};
    const tensor_view<T, 3> by_candidates{found.by_rows[1].data(), shape};
    found.value = value_and_grad(
        by, objective{loss, cosine{}}, first_own_targets{}, rows[0], candidates(own(candidate_rows)),
        {.anchors = found.by_rows[0], .candidates = {by_candidates}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[1]));
    const long double t = reference::wide(given.parameters[0]), normalizer = reference::wide(given.constants[1]);
    const long double noise = (own_candidates - 1) / reference::wide(given.constants[0]), epsilon = 1e-7L;
    long double loss = 0;
    for (index_t i = 0; i < s.rows(); ++i)
      for (index_t k = 0; k < own_candidates; ++k) {
        const long double x = std::exp(s(i, i * own_candidates + k) / t) / normalizer;
        loss -= std::log((k == 0 ? x : noise) / (x + noise + epsilon));
      }
    return {loss / static_cast<long double>(s.rows()), 1 / t + std::fabs(std::log(normalizer * noise))};
  }

  static std::vector<refused_argument> refusals() {
    return {{"fewer samples than negatives", [](loss_arguments& given) { given.constants[0] = 2; }, "3 negatives of 2"},
            {"a normalizer of 0", [](loss_arguments& given) { given.constants[1] = 0; }, "normalizer is 0"}};
  }
};
const known_case<contrastive_distillation_case> row;

}  // namespace
