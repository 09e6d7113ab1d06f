// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_cases.hpp"

#include "golden/loss_inputs.hpp"
#include "golden/loss_tolerance.hpp"

#include <mixcon/mixcon.hpp>

#include <cstddef>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// The engine that the command line names, as one executor: the code in front of the engines is compiled once.
struct named_engine {
  engine name;

  template <class Problem, class States>
  void gather(const Problem& problem, States& states) const {
    name == engine::serial ? serial{}.gather(problem, states) : tiled{}.gather(problem, states);
  }
  template <class Problem, class Saved, class Gradients>
  void scatter(const Problem& problem, const Saved& saved, Gradients& to) const {
    name == engine::serial ? serial{}.scatter(problem, saved, to) : tiled{}.scatter(problem, saved, to);
  }
};

template <class T>
void expect_loss(golden_case& of, T value, const tolerance& within) {
  if (!of.lists("loss")) of.fail("outputs.loss is missing");
  of.expect("loss", static_cast<double>(value), within.value);
}
template <class T>
void expect_gradient(golden_case& of, const std::string& output, const std::vector<T>& gradient,
                     const tolerance& within) {
  of.expect(output, gradient, within.gradient, in_units_of::the_largest);
}

// ---- kinds ----

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
    const contrast objective{loss, similarity};
    const T value = value_and_grad(by, objective, targets, stacked, gradient.view());
    const auto within = tolerance_of<T>(objective, targets, stacked, {stacked});
    const auto half = gradient.numbers.begin() + static_cast<std::ptrdiff_t>(gradient.numbers.size() / 2);
    expect_loss(of, value, within);
    expect_gradient(of, "grad_z1", std::vector<T>(gradient.numbers.begin(), half), within);
    expect_gradient(of, "grad_z2", std::vector<T>(half, gradient.numbers.end()), within);
  });
}

/// Stacked views against themselves.
template <class T, class Loss, class Targets>
void check_stacked(golden_case& of, const named_engine& by, const Loss& loss, const stacked_views<T>& z,
                   const Targets& targets) {
  contrast objective{loss, read_similarity(of)};
  objective.without_positive = read_no_positive(of);
  const index_t anchors = read_first_view_alone(of) ? z.samples : z.rows.rows;
  matrix<T> rows = z.rows, gradient = zeros_like(rows);
  const T value = value_and_grad(by, objective, targets, rows.top(anchors), rows.view(),
                                 {.anchors = gradient.top(anchors), .candidates = {gradient.view()}});

  const auto within = tolerance_of<T>(objective, targets, rows.top(anchors), {rows.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", in_order_of_case(z, gradient), within);
}

template <class T>
std::vector<index_t> read_labels(golden_case& of, const stacked_views<T>& z) {
  std::vector<index_t> labels = of.inputs.indices("labels");
  if (static_cast<index_t>(labels.size()) != z.samples) throw std::runtime_error("inputs.labels has an odd length");
  return labels;
}

/// Labels, or a mask over samples, or neither: then every sample is a class of its own.
template <class T>
void check_supcon_outside(golden_case& of, const named_engine& by) {
  const stacked_views<T> z = read_stacked_views<T>(of);
  const info_nce loss = read_info_nce(of);
  if (of.inputs.has("mask")) {
    if (of.inputs.has("labels")) throw std::runtime_error("inputs.labels and inputs.mask together");
    const matrix<T> mask = read_matrix<T>(of, "mask");
    const auto shares = mask.view();
    return check_stacked(of, by, loss, z, mask_targets(shares, z.views));
  }
  std::vector<index_t> labels(static_cast<std::size_t>(z.samples));
  std::iota(labels.begin(), labels.end(), index_t{0});
  if (of.inputs.has("labels")) labels = read_labels(of, z);
  check_stacked(of, by, loss, z, label_targets{.labels = labels, .views = z.views});
}

template <class T>
void check_supcon_inside(golden_case& of, const named_engine& by) {
  const stacked_views<T> z = read_stacked_views<T>(of);
  const std::vector<index_t> labels = read_labels(of, z);
  const supcon_inside loss{.temperature = of.params.number("temperature")};
  check_stacked(of, by, loss, z, label_targets{.labels = labels, .views = z.views});
}

template <class T>
void check_unicon(golden_case& of, const named_engine& by) {
  stacked_views<T> z = read_stacked_views<T>(of);
  const matrix<T> u = read_matrix<T>(of, "u");
  const std::vector<index_t> labels = read_labels(of, z);
  contrast objective{read_info_nce(of), read_similarity(of)};
  objective.without_positive = read_no_positive(of);
  const label_targets targets = unicon_targets(labels, z.views);
  const index_t anchors = read_first_view_alone(of) ? z.samples : z.rows.rows;
  matrix<T> by_z = zeros_like(z.rows), by_u = zeros_like(u);
  const T value = value_and_grad(by, objective, targets, z.rows.top(anchors), u.view(),
                                 {.anchors = by_z.top(anchors), .candidates = {by_u.view()}});

  const auto within = tolerance_of<T>(objective, targets, z.rows.top(anchors), {u.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", in_order_of_case(z, by_z), within);
  expect_gradient(of, "grad_u", by_u.numbers, within);
}

template <class T>
void check_unicon_negatives(golden_case& of, const named_engine& by) {
  const stacked_views<T> z = read_stacked_views<T>(of);
  const matrix<T> u = read_matrix<T>(of, "u");
  const std::vector<index_t> labels = read_labels(of, z);
  const visibility real_negatives =
      of.params.raw("real_negatives").get<bool>() ? visibility::visible : visibility::hidden;
  contrast objective{info_nce{.temperature = of.params.number("temperature")}, read_similarity(of)};
  objective.without_positive = read_no_positive(of);
  const auto targets = unicon_negative_targets(labels, z.views, real_negatives);
  matrix<T> by_z = zeros_like(z.rows), by_u = zeros_like(u);
  const auto rows = z.rows.view(), universum = u.view();
  const T value = value_and_grad(by, objective, targets, rows, candidates(rows, universum),
                                 {.anchors = by_z.view(), .candidates = {by_z.view(), by_u.view()}});

  const auto within = tolerance_of<T>(objective, targets, rows, {rows, universum});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", in_order_of_case(z, by_z), within);
  expect_gradient(of, "grad_u", by_u.numbers, within);
}

/// What a case leaves out is plain: weights and scales 1, biases 0, rows weighted for a mean, partitions by the
/// targets.
template <class T>
void check_softmax_family(golden_case& of, const named_engine& by) {
  const matrix<T> a = read_matrix<T>(of, "a"), c = read_matrix<T>(of, "c");
  const index_t anchors = a.rows, others = c.rows;
  const matrix<T> p = read_matrix<T>(of, "p"), w = read_matrix<T>(of, "w", anchors, others, T(1));
  const matrix<T> scale = read_matrix<T>(of, "scale", anchors, others, T(1));
  const matrix<T> bias = read_matrix<T>(of, "bias", anchors, others, T(0));
  const auto pair_scales = scale.view(), pair_biases = bias.view(), target = p.view(), weight = w.view();
  std::vector<double> mass;
  for (index_t i = 0; i < p.rows; ++i) {
    mass.push_back(0);
    for (index_t j = 0; j < p.columns; ++j) mass.back() += static_cast<double>(target(i, j));
  }
  const std::vector<double> kappa = read_numbers(of, "kappa", mass);
  const std::vector<double> mean(static_cast<std::size_t>(anchors), 1.0 / static_cast<double>(anchors));
  const std::vector<double> rho = read_numbers(of, "rho", mean);

  contrast objective{weighted_softmax{.kappa = view(kappa)}, dot_product{}, pair_logits{pair_scales, pair_biases}};
  objective.reduce = reduction::weighted;
  objective.weights = view(rho);
  const matrix_targets targets{target, weight};
  matrix<T> by_a = zeros_like(a), by_c = zeros_like(c), by_scale = zeros_like(scale), by_bias = zeros_like(bias);
  saved_statistics<decltype(objective), T> saved;
  const T value = forward(by, objective, targets, a.view(), c.view(), saved);
  gradients<T> wanted{.anchors = by_a.view(), .candidates = {by_c.view()}};
  wanted.pair_scale = by_scale.view(), wanted.pair_bias = by_bias.view();
  backward(by, objective, targets, a.view(), c.view(), saved, 1, wanted);

  const auto within = tolerance_of<T>(objective, targets, a.view(), {c.view()});
  expect_loss(of, value, within);
  of.expect("row_logsumexp", saved.template values<0>(), within.value);
  expect_gradient(of, "grad_a", by_a.numbers, within);
  expect_gradient(of, "grad_c", by_c.numbers, within);
  expect_gradient(of, "grad_scale", by_scale.numbers, within);
  expect_gradient(of, "grad_bias", by_bias.numbers, within);
}

/// The plan of a direction of n_pair_mix; a case without one is not mixed.
mix_plan<lerp> read_plan(golden_case& of, index_t samples, const std::string& lambda, const std::string& index) {
  mix_plan<lerp> plan{std::vector<index_t>(static_cast<std::size_t>(samples)), {1}, {}};
  std::iota(plan.partner.begin(), plan.partner.end(), index_t{0});
  if (of.inputs.has(lambda) || of.inputs.has(index)) plan = {of.inputs.indices(index), of.inputs.real(lambda).data, {}};
  return plan;
}

/// Adds one direction: mixed anchors against the candidates of the other view.
template <class T, class Objective>
T add_direction(const named_engine& by, const Objective& objective, const mix_plan<lerp>& plan, bool mixes_inputs,
                const matrix<T>& samples, const matrix<T>& against, matrix<T>& by_samples, matrix<T>& by_against,
                tolerance& within) {
  matrix<T> anchors = samples, by_anchors = zeros_like(samples);
  if (mixes_inputs) blend(plan, samples.view(), anchors.view());
  const mixed_targets targets{diagonal_targets{}, plan};
  saved_statistics<Objective, T> saved;
  const auto anchor_rows = std::as_const(anchors).view();
  const T value = forward(by, objective, targets, anchor_rows, against.view(), saved);
  backward(by, objective, targets, anchor_rows, against.view(), saved, 1,
           {.anchors = by_anchors.view(), .candidates = {by_against.view()}});
  if (mixes_inputs)
    unblend(plan, by_anchors.view(), by_samples.view());
  else
    for (std::size_t k = 0; k < by_anchors.numbers.size(); ++k) by_samples.numbers[k] += by_anchors.numbers[k];
  within |= tolerance_of<T>(objective, targets, anchor_rows, {against.view()});
  return value;
}

template <class T, class Objective>
void check_n_pair_mix(golden_case& of, const named_engine& by, const Objective& objective) {
  const two_views<T> z = read_two_views<T>(of);
  const index_t samples = z.first.rows;
  const bool mixes_inputs = of.params.flag("mix_inputs", false);
  two_views<T> gradient{zeros_like(z.first), zeros_like(z.second)};
  tolerance within;
  const auto add = [&](const mix_plan<lerp>& plan, auto anchors, auto against) {
    return add_direction(by, objective, plan, mixes_inputs, z.*anchors, z.*against, gradient.*anchors,
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
  with_similarity(of, [&](auto similarity) { check_n_pair_mix<T>(of, by, contrast{loss, similarity}); });
}

template <class T>
std::optional<verdict> check(const json& test_case, engine by) {
  static const std::map<std::string, void (*)(golden_case&, const named_engine&)> by_kind{
      {"nt_xent", check_nt_xent<T>},
      {"supcon_out", check_supcon_outside<T>},
      {"supcon_in", check_supcon_inside<T>},
      {"unicon", check_unicon<T>},
      {"unicon_negatives", check_unicon_negatives<T>},
      {"softmax_family", check_softmax_family<T>},
      {"n_pair_mix", check_n_pair_mix<T>},
  };
  const auto found = by_kind.find(test_case.value("loss", std::string{}));
  if (found == by_kind.end()) return std::nullopt;
  return verdict_of(test_case, [&](golden_case& of) { found->second(of, named_engine{by}); });
}

}  // namespace

std::optional<verdict> check_loss_case(const json& test_case, engine by, double /*tag*/) {
  return check<double>(test_case, by);
}
std::optional<verdict> check_loss_case(const json& test_case, engine by, float /*tag*/) {
  return check<float>(test_case, by);
}

}  // namespace mixcon_golden
