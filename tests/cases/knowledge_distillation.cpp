// SPDX-License-Identifier: BSD-3-Clause
#include "cases/teacher.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.18, KD. Constants: the temperature, then the teacher's logits.
struct knowledge_distillation_case {
  static constexpr const char* name = "knowledge_distillation";
  static constexpr int temperature = -1;                    // it has no gradient
  static constexpr bool rotates = false, permutes = false;  // the teacher stays

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(sizes.samples, sizes.width, draw)};
    given.constants = {std::exp(draw.uniform(-1, 3))};
    for (index_t k = 0; k < sizes.samples * sizes.width; ++k) given.constants.push_back(2 * draw.normal());
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const matrix<T> teacher = converted<T>(as_matrix(given.constants, rows[0].rows()));
    const knowledge_distillation loss{.temperature = given.constants[0]};
    found.value = by.visit([&](const auto& engine) {
                      return value_and_grad(engine, loss, rows[0], teacher, {.first = found.by_rows[0]});
                    }).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table teacher = converted<long double>(as_matrix(given.constants, rows[0].rows()));
    const long double t = reference::wide(given.constants[0]);
    long double loss = 0, largest = 1;
    for (index_t i = 0; i < teacher.rows(); ++i) {
      long double of_teacher = 0, of_student = 0;
      for (index_t j = 0; j < teacher.width(); ++j) {
        of_teacher += std::exp(teacher(i, j) / t), of_student += std::exp(rows[0](i, j) / t);
        largest = std::max({largest, std::fabs(teacher(i, j) / t), std::fabs(rows[0](i, j) / t)});
      }
      for (index_t j = 0; j < teacher.width(); ++j)
        loss += std::exp(teacher(i, j) / t) / of_teacher *
                ((teacher(i, j) - rows[0](i, j)) / t - std::log(of_teacher) + std::log(of_student));
    }
    return {t * t * loss / static_cast<long double>(teacher.rows()), t * t * largest};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a temperature of 0", [](loss_arguments& given) { given.constants[0] = 0; }, "temperature is 0"}};
  }
};
const known_case<knowledge_distillation_case> row;

}  // namespace
