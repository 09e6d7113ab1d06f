// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16: every class has two rows, which lie anywhere.
struct n_pairs_case {
  static constexpr const char* name = "n_pairs";
  static constexpr int temperature = -1;
  static constexpr bool scales = true, permutes = false;  // the first two rows of a class are its pair

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(2 * sizes.samples, sizes.width, draw)};
    for (index_t i = 0; i < 2 * sizes.samples; ++i) given.labels.push_back(static_cast<int>(i / 2) - 3);
    for (std::size_t i = given.labels.size(); i-- > 1;)
      std::swap(given.labels[i], given.labels[static_cast<std::size_t>(draw.below(static_cast<index_t>(i) + 1))]);
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    found.value = value_and_grad(by, n_pairs{}, label_targets{.labels = given.labels}, rows[0], found.by_rows[0]).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table z = reference::unit(rows[0]);
    std::vector<index_t> first, second;
    for (index_t i = 0; i < z.rows(); ++i)
      for (index_t j = i + 1; j < z.rows(); ++j)
        if (given.labels[static_cast<std::size_t>(i)] == given.labels[static_cast<std::size_t>(j)])
          first.push_back(i), second.push_back(j);
    const table s = reference::products(z, z);
    long double loss = 0;
    for (std::size_t p = 0; p < first.size(); ++p) {
      long double partition = 0;
      for (const index_t other : second) partition += std::exp(s(first[p], other));
      loss += std::log(partition) - s(first[p], second[p]);
    }
    return loss / static_cast<long double>(first.size());
  }

  static std::vector<refused_argument> refusals() {
    return {{"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<n_pairs_case> row;

}  // namespace
