// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <mixcon/losses/byol.hpp>

#include <limits>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// For sums of aligned rows: 1e-4 in float.
template <class T>
tolerance within_type() {
  return std::is_same_v<T, double> ? tolerance{} : tolerance{1e-4, 1e-4};
}

template <class T>
void require_unit_rows(golden_case& of) {
  if (!of.params.flag("normalize", true)) throw std::runtime_error("byol without unit rows");
}

template <class T>
void check_byol(golden_case& of, const named_engine& by) {
  require_unit_rows<T>(of);
  const matrix<T> p = read_matrix<T>(of, "p"), z = read_matrix<T>(of, "z");
  byol loss;
  std::vector<double> lambda;
  std::vector<index_t> partner;
  if (of.inputs.has("lam")) {
    lambda = of.inputs.real("lam").data;
    partner = of.inputs.indices("index");
    loss.lambda = view(lambda);
    loss.partner = integer_view(partner);
  }
  matrix<T> gradient = zeros_like(p);
  const T value = value_and_grad(by, loss, p.view(), z.view(), {.first = gradient.view()}).value;
  expect_loss(of, value, within_type<T>());
  expect_gradient(of, "grad_p", gradient.numbers, within_type<T>());
}

template <class T>
void check_simsiam(golden_case& of, const named_engine& by) {
  require_unit_rows<T>(of);
  const matrix<T> p1 = read_matrix<T>(of, "p1"), z2 = read_matrix<T>(of, "z2");
  const matrix<T> p2 = read_matrix<T>(of, "p2"), z1 = read_matrix<T>(of, "z1");
  matrix<T> by_p1 = zeros_like(p1), by_p2 = zeros_like(p2);
  const T first = value_and_grad(by, simsiam(), p1.view(), z2.view(), {.first = by_p1.view()}).value;
  const T second = value_and_grad(by, simsiam(), p2.view(), z1.view(), {.first = by_p2.view()}).value;
  expect_loss(of, first + second, within_type<T>());
  expect_gradient(of, "grad_p1", by_p1.numbers, within_type<T>());
  expect_gradient(of, "grad_p2", by_p2.numbers, within_type<T>());
}

const known_loss byol_kind{"byol", check_byol<double>, check_byol<float>};
const known_loss byol_mix_kind{"byol_mix", check_byol<double>, check_byol<float>};
const known_loss simsiam_kind{"simsiam", check_simsiam<double>, check_simsiam<float>};

}  // namespace
}  // namespace mixcon_golden
