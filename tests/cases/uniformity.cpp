// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.19, over the pairs i < j. Constants: sharpness.
struct uniformity_case {
  static constexpr const char* name = "uniformity";
  static constexpr int temperature = -1;
  static constexpr bool is_for_unit_rows = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(sizes.samples, sizes.width, draw)};
    for (double& x : given.rows[0].entries()) x *= 0.7;
    given.constants = {draw.uniform(0.5, 4)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{uniformity{.sharpness = given.constants[0]}, negative_squared_distance{}};
    found.value = value_and_grad(by, criterion, other_rows{}, rows[0], found.by_rows[0]).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table d = reference::squared_distances(rows[0], rows[0]);
    const long double t = reference::wide(given.constants[0]);
    long double sum = 0, pairs = 0, largest = 0, length = 0;
    for (index_t i = 0; i < d.rows(); ++i)
      for (index_t j = 0; j < i; ++j) largest = std::max(largest, t * d(i, j));
    for (index_t i = 0; i < d.rows(); ++i)
      for (index_t j = 0; j < i; ++j) sum += std::exp(-t * d(i, j)), pairs += 1;
    for (const long double x : rows[0].entries()) length = std::max(length, x * x);
    return {std::log(sum / pairs), largest + t * length * static_cast<long double>(rows[0].width())};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a sharpness of 0", [](loss_arguments& given) { given.constants[0] = 0; }, "sharpness is 0"}};
  }
};
const known_case<uniformity_case> row;

}  // namespace
