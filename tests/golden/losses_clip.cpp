// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <mixcon/losses/clip.hpp>

#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_clip(golden_case& of, const named_engine& by) {
  const matrix<T> x = read_matrix<T>(of, "x"), y = read_matrix<T>(of, "y");
  objective criterion = clip(of.inputs.real("scale").data.at(0));
  criterion.similarity = read_similarity(of);
  matrix<T> by_x = zeros_like(x), by_y = zeros_like(y);
  double by_scale = 0;
  const T value = value_and_grad(by, criterion, diagonal_targets{}, x.view(), y.view(),
                                 {.anchors = by_x.view(), .candidates = {by_y.view()}, .scale = &by_scale});
  const auto every = targets_of([](index_t, index_t) { return negative_pair(); });
  const tolerance within = tolerance_of<T>(criterion, every, x.view(), {y.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_x", by_x.numbers, within);
  expect_gradient(of, "grad_y", by_y.numbers, within);
  const absolute_sums sums =
      sums_over_pairs<decltype(criterion), diagonal_targets, T>(criterion, diagonal_targets{}, x.view(), y.view());
  expect_sums(of, "grad_scale", std::vector<double>{by_scale}, {sums.scale}, within);
}

const known_loss clip_kind{"clip", check_clip<double>, check_clip<float>};

}  // namespace
}  // namespace mixcon_golden
