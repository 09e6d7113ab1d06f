// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

namespace mixcon_golden {
namespace {

using namespace mixcon;

rows read_form(golden_case& of) { return of.params.flag("normalize", false) ? rows::unit : rows::as_given; }

template <class T>
tolerance no_logits() {
  return std::is_same_v<T, double> ? tolerance{} : tolerance{1e-4, 1e-4};
}

template <class T>
void check_alignment(golden_case& of, const named_engine& by) {
  const matrix<T> x = read_matrix<T>(of, "x"), y = read_matrix<T>(of, "y");
  const alignment loss{.power = of.params.number("alpha"), .form = read_form(of)};
  matrix<T> by_x = zeros_like(x), by_y = zeros_like(y);
  const T value = value_and_grad(by, loss, x.view(), y.view(), {.first = by_x.view(), .second = by_y.view()});
  expect_loss(of, value, no_logits<T>());
  expect_gradient(of, "grad_x", by_x.numbers, no_logits<T>());
  expect_gradient(of, "grad_y", by_y.numbers, no_logits<T>());
}

template <class T>
void check_uniformity(golden_case& of, const named_engine& by) {
  const matrix<T> x = read_matrix<T>(of, "x");
  const rows form = read_form(of);
  const objective criterion{uniformity{.sharpness = of.params.number("t")}, negative_squared_distance{form, form}};
  matrix<T> gradient = zeros_like(x);
  const T value = value_and_grad(by, criterion, other_rows{}, x.view(), gradient.view());
  expect_loss(of, value, no_logits<T>());
  expect_gradient(of, "grad_x", gradient.numbers, no_logits<T>());
}

const known_loss alignments{"alignment", check_alignment<double>, check_alignment<float>};
const known_loss uniformities{"uniformity", check_uniformity<double>, check_uniformity<float>};

}  // namespace
}  // namespace mixcon_golden
