// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_mmcl(golden_case& of, const named_engine& by) {
  if (of.params.flag("normalize", false)) throw std::runtime_error("mmcl takes rows as they are");
  const auto [x, y] = read_two_views<T>(of);
  const mmcl loss{.sigma = of.params.number("sigma"), .cap = of.params.number("C"), .ridge = of.params.number("reg")};
  matrix<T> by_x = zeros_like(x), by_y = zeros_like(y);
  const T value = value_and_grad(by, loss, x.view(), y.view(), {.first = by_x.view(), .second = by_y.view()});
  matrix<double> coefficients{x.rows, x.rows};
  mmcl_coefficients(by, loss, x.view(), coefficients.view());
  const tolerance within = std::is_same_v<T, double> ? tolerance{} : tolerance{1e-4, 1e-4};
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z1", by_x.numbers, within);
  expect_gradient(of, "grad_z2", by_y.numbers, within);
  expect_gradient(of, "alpha", coefficients.numbers, within);
}

const known_loss mmcl_loss{"mmcl", check_mmcl<double>, check_mmcl<float>};

}  // namespace
}  // namespace mixcon_golden
