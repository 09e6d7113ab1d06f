// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <utility>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_nt_xent(golden_case& of, const named_engine& by) {
  const auto [first, second] = read_two_views<T>(of);
  matrix<T> z = first;
  z.rows += second.rows;
  z.numbers.insert(z.numbers.end(), second.numbers.begin(), second.numbers.end());
  const auto stacked = std::as_const(z).view();
  const info_nce loss{.temperature = of.params.number("temperature")};
  const view_targets targets{.samples = first.rows};
  matrix<T> gradient = zeros_like(z);
  with_similarity(of, [&](auto similarity) {
    const objective criterion{loss, similarity};
    const T value = value_and_grad(by, criterion, targets, stacked, gradient.view());
    const auto within = tolerance_of<T>(criterion, targets, stacked, {stacked});
    const auto half = gradient.numbers.begin() + static_cast<std::ptrdiff_t>(gradient.numbers.size() / 2);
    expect_loss(of, value, within);
    expect_gradient(of, "grad_z1", std::vector<T>(gradient.numbers.begin(), half), within);
    expect_gradient(of, "grad_z2", std::vector<T>(half, gradient.numbers.end()), within);
  });
}

const known_loss nt_xent{"nt_xent", check_nt_xent<double>, check_nt_xent<float>};

}  // namespace
}  // namespace mixcon_golden
