// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
tolerance without_logits() {
  return std::is_same_v<T, double> ? tolerance{} : tolerance{1e-4, 1e-4};
}

template <class T>
void check_kd(golden_case& of, const named_engine& by) {
  const matrix<T> student = read_matrix<T>(of, "student"), teacher = read_matrix<T>(of, "teacher");
  const knowledge_distillation loss{.temperature = of.params.number("temperature")};
  matrix<T> gradient = zeros_like(student);
  const T value = value_and_grad(by, loss, student.view(), teacher.view(), {.first = gradient.view()});
  expect_loss(of, value, without_logits<T>());
  expect_gradient(of, "grad_student", gradient.numbers, without_logits<T>());
}

template <class T>
void check_crd(golden_case& of, const named_engine& by) {
  const matrix<T> v = read_matrix<T>(of, "v");
  const array read = of.inputs.real("candidates");
  if (read.shape.size() != 3 || read.shape[0] != v.rows || read.shape[2] != v.columns || read.shape[1] < 2)
    throw std::runtime_error("inputs.candidates is not (N, 1 + K, D)");
  matrix<T> rows{v.rows * read.shape[1], v.columns, {}};
  for (const double number : read.data) rows.numbers.push_back(rounded<T>(number));
  const tensor_view<const T, 3> own_rows{rows.numbers.data(), {v.rows, read.shape[1], v.columns}};
  const contrastive_distillation loss{.temperature = of.params.number("temperature"),
                                      .negatives = static_cast<double>(read.shape[1] - 1),
                                      .samples = of.params.number("n_data"),
                                      .normalizer = of.params.number("normalizer"),
                                      .epsilon = of.params.number("eps")};
  const objective criterion{loss, read_similarity(of)};
  matrix<T> gradient = zeros_like(v);
  const T value = value_and_grad(by, criterion, first_own_targets{}, v.view(), candidates(own(own_rows)),
                                 {.anchors = gradient.view()});
  const auto within = tolerance_of<T>(criterion, every_negative{}, v.view(), {std::as_const(rows).view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_v", gradient.numbers, within);
}

template <class T>
void check_rkd(golden_case& of, const named_engine& by) {
  const matrix<T> student = read_matrix<T>(of, "student"), teacher = read_matrix<T>(of, "teacher");
  const relational_distillation loss{.distance = of.params.number("w_distance"), .angle = of.params.number("w_angle")};
  matrix<T> gradient = zeros_like(student);
  const T value = value_and_grad(by, loss, student.view(), teacher.view(), {.first = gradient.view()});
  expect_loss(of, value, without_logits<T>());
  expect_gradient(of, "grad_student", gradient.numbers, without_logits<T>());
}

const known_loss rkd{"rkd", check_rkd<double>, check_rkd<float>};
const known_loss kd{"kd", check_kd<double>, check_kd<float>};
const known_loss crd{"crd", check_crd<double>, check_crd<float>};

}  // namespace
}  // namespace mixcon_golden
