// SPDX-License-Identifier: BSD-3-Clause
#include "cases/teacher.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.18, RKD. Constants: a number that is not used, then the teacher's rows.
struct relational_distillation_case {
  static constexpr const char* name = "relational_distillation";
  static constexpr int temperature = -1;
  static constexpr bool rotates = true, permutes = false, has_kinks = true;  // the teacher stays
  static constexpr index_t benchmark_samples = 512, least_samples = 3;
  static constexpr double slack = 100;  // weights of 25 and 50; directions of near rows

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(sizes.samples, sizes.width, draw)};
    given.constants = {0};
    for (index_t k = 0; k < sizes.samples * (sizes.width + 1); ++k) given.constants.push_back(draw.normal());
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const matrix<T> teacher = converted<T>(as_matrix(given.constants, rows[0].rows()));
    found.value =
        by.visit([&](const auto& engine) {
            return value_and_grad(engine, relational_distillation{}, rows[0], teacher, {.first = found.by_rows[0]});
          }).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table teacher = converted<long double>(as_matrix(given.constants, rows[0].rows()));
    const table of_student = mean_distances(rows[0]), of_teacher = mean_distances(teacher);
    const index_t count = teacher.rows();
    const auto samples = static_cast<long double>(count);
    long double distances = 0, angles = 0;
    for (index_t i = 0; i < count; ++i) {
      const table u = directions(rows[0], i), v = directions(teacher, i);
      const table own = reference::products(u, u), expected = reference::products(v, v);
      for (index_t j = 0; j < count; ++j) {
        distances += smooth(of_student(i, j) - of_teacher(i, j));
        for (index_t k = 0; k < count; ++k) angles += smooth(own(j, k) - expected(j, k));
      }
    }
    return 25 * distances / samples / samples + 50 * angles / samples / samples / samples;
  }
  static long double smooth(long double x) { return std::fabs(x) < 1 ? x * x / 2 : std::fabs(x) - 0.5L; }
  static table mean_distances(const table& z) {
    table d = reference::squared_distances(z, z);
    long double sum = 0, number = 0;
    for (long double& x : d.entries()) x = std::sqrt(x), sum += x, number += x > 0 ? 1 : 0;
    for (long double& x : d.entries()) x = number > 0 ? x * number / sum : 0;
    return d;
  }
  static table directions(table z, index_t from) {
    const table given = z;
    for (index_t j = 0; j < z.rows(); ++j)
      for (index_t k = 0; k < z.width(); ++k) z(j, k) -= given(from, k);
    return reference::unit(z);
  }

  static std::vector<refused_argument> refusals() { return {}; }
};
const known_case<relational_distillation_case> row;

}  // namespace
