// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.4: three NCE losses that share a queue. Rows: queries [q; q_mix]. Constants: lambda, weight of the clean
/// loss, then the keys and the queue, which have no gradient here.
struct un_mix_loss_case {
  static constexpr const char* name = "un_mix_loss";
  static constexpr bool rotates = false, permutes = false;  // keys and queue stay where they are

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(2 * sizes.samples, sizes.width, draw)};
    given.parameters = {draw.uniform(0.2, 1)};
    given.constants = {draw.uniform(0, 1), draw.uniform(0.5, 2)};
    const table unit =
        reference::unit(converted<long double>(random_embeddings<double>(2 * sizes.samples, sizes.width, draw)));
    for (const long double x : unit.entries()) given.constants.push_back(static_cast<double>(x));
    return given;
  }
  /// Keys, or the queue behind them: as many rows.
  template <class T>
  static matrix<T> fixed(const loss_arguments& given, bool queue) {
    const index_t samples = given.rows[0].rows() / 2, width = given.rows[0].width();
    matrix<T> m(samples, width);
    const auto first = static_cast<std::size_t>(2 + (queue ? samples * width : 0));
    for (std::size_t k = 0; k < m.entries().size(); ++k) m.entries()[k] = static_cast<T>(given.constants[first + k]);
    return m;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const auto keys = fixed<T>(given, false), queue = fixed<T>(given, true);
    const un_mix_batch batch(keys, given.constants[0], given.constants[1]);
    objective criterion{un_mix_loss{.temperature = given.parameters[0], .lambda = view(batch.lambda)},
                        dot_product{.anchors = mixcon::rows::unit}};
    criterion.reduce = reduction::weighted;
    criterion.weights = view(batch.weights);
    const auto own_keys = batch.own_keys();
    found.value = value_and_grad(by, criterion, un_mix_targets{}, rows[0], candidates(own(own_keys), queue),
                                 {.anchors = found.by_rows[0], .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table q = reference::unit(rows[0]), keys = fixed<long double>(given, false),
                queue = fixed<long double>(given, true);
    const table with_keys = reference::products(q, keys), with_queue = reference::products(q, queue);
    const long double t = reference::wide(given.parameters[0]), lambda = reference::wide(given.constants[0]);
    const index_t samples = keys.rows();
    const auto nce = [&](index_t query, index_t key) {
      long double partition = std::exp(with_keys(query, key) / t);
      for (index_t k = 0; k < queue.rows(); ++k) partition += std::exp(with_queue(query, k) / t);
      return std::log(partition) - with_keys(query, key) / t;
    };
    long double clean = 0, own = 0, other = 0;
    for (index_t i = 0; i < samples; ++i) {
      clean += nce(i, i);
      own += nce(samples + i, i);
      other += nce(samples + samples - 1 - i, i);
    }
    const auto count = static_cast<long double>(samples);
    return {(reference::wide(given.constants[1]) * clean + lambda * own + (1 - lambda) * other) / count, 1 / t};
  }

  static std::vector<refused_argument> refusals() {
    return {{"lambda 2", [](loss_arguments& given) { given.constants[0] = 2; }, "lambda is 2"},
            {"a clean weight of -1", [](loss_arguments& given) { given.constants[1] = -1; }, "clean_weight is -1"}};
  }
};
const known_case<un_mix_loss_case> row;

}  // namespace
