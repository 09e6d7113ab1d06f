// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// The plan of a direction of n_pair_mix; a case without one is not mixed.
mix_plan<interpolated> read_plan(golden_case& of, index_t samples, const std::string& lambda,
                                 const std::string& index) {
  mix_plan<interpolated> plan{std::vector<index_t>(static_cast<std::size_t>(samples)), {1}, {}};
  std::iota(plan.partner.begin(), plan.partner.end(), index_t{0});
  if (of.inputs.has(lambda) || of.inputs.has(index)) plan = {of.inputs.indices(index), of.inputs.real(lambda).data, {}};
  return plan;
}

/// Adds one direction: mixed anchors against the candidates of the other view.
template <class T, class Objective>
T add_direction(const named_engine& by, const Objective& criterion, const mix_plan<interpolated>& plan,
                bool mixes_inputs, const matrix<T>& samples, const matrix<T>& against, matrix<T>& by_samples,
                matrix<T>& by_against, tolerance& within) {
  matrix<T> anchors = samples, by_anchors = zeros_like(samples);
  if (mixes_inputs) blend(plan, samples.view(), anchors.view());
  const mixed_targets targets{diagonal_targets{}, plan};
  saved_by_engine<Objective, T> saved;
  const auto anchor_rows = std::as_const(anchors).view();
  const T value = forward(by, criterion, targets, anchor_rows, against.view(), saved);
  backward(by, criterion, targets, anchor_rows, against.view(), saved, 1,
           {.anchors = by_anchors.view(), .candidates = {by_against.view()}});
  if (mixes_inputs)
    unblend(plan, by_anchors.view(), by_samples.view());
  else
    for (std::size_t k = 0; k < by_anchors.numbers.size(); ++k) by_samples.numbers[k] += by_anchors.numbers[k];
  within |= tolerance_of<T>(criterion, targets, anchor_rows, {against.view()});
  return value;
}

template <class T, class Objective>
void check_n_pair_mix(golden_case& of, const named_engine& by, const Objective& criterion) {
  const two_views<T> z = read_two_views<T>(of);
  const index_t samples = z.first.rows;
  const bool mixes_inputs = of.params.flag("mix_inputs", false);
  two_views<T> gradient{zeros_like(z.first), zeros_like(z.second)};
  tolerance within;
  const auto add = [&](const mix_plan<interpolated>& plan, auto anchors, auto against) {
    return add_direction(by, criterion, plan, mixes_inputs, z.*anchors, z.*against, gradient.*anchors,
                         gradient.*against, within);
  };
  T value = add(read_plan(of, samples, "lam", "index"), &two_views<T>::first, &two_views<T>::second);
  if (of.params.flag("symmetric", false)) {
    if (of.inputs.has("lam") && !of.inputs.has("lam2")) throw std::runtime_error("inputs.lam2 is missing");
    value += add(read_plan(of, samples, "lam2", "index2"), &two_views<T>::second, &two_views<T>::first);
  }
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z1", gradient.first.numbers, within);
  expect_gradient(of, "grad_z2", gradient.second.numbers, within);
}
template <class T>
void check_n_pair_mix(golden_case& of, const named_engine& by) {
  const info_nce loss{.temperature = of.params.number("temperature")};
  with_similarity(of, [&](auto similarity) { check_n_pair_mix<T>(of, by, objective{loss, similarity}); });
}

const known_loss n_pair_mix{"n_pair_mix", check_n_pair_mix<double>, check_n_pair_mix<float>};

}  // namespace
}  // namespace mixcon_golden
