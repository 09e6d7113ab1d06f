// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_checks.hpp"

#include <mixcon/mix/draw/lambda.hpp>
#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/draw/pairing_by_class.hpp>
#include <mixcon/mix/draw/pairing_by_distance.hpp>

namespace mixcon_golden {
namespace {

using known = golden_case&;

/// A rule that takes a lambda to a lambda.
template <class Rule>
void check_lambdas(golden_case& of, Rule&& rule) {
  std::vector<double> lambdas = of.inputs.real("lam").data;
  for (double& lambda : lambdas) lambda = rule(lambda);
  of.expect("lam", lambdas, in_double);
}

void check_two_hot(golden_case& of) {
  const std::string mode = of.params.word("mode", "");
  if (mode != "pow" && mode != "exp") unknown("mode " + mode);
  const two_hot_curve curve = mode == "pow" ? two_hot_curve::power : two_hot_curve::exponential;
  const double threshold = of.params.number("thr"), index = of.params.number("idx");
  check_lambdas(of, [&](double lambda) { return two_hot_adjust(lambda, curve, threshold, index); });
}

void check_dirichlet(golden_case& of) {
  const array drawn = of.inputs.real("dirichlet");
  if (drawn.shape.size() != 2) throw std::runtime_error("dirichlet is no matrix");
  recorded_draws draws;
  draws.record("weights", drawn.data);
  const dirichlet_weights sampler{.floor = of.params.number("pmin", 0.5)};
  std::vector<double> weights(drawn.data.size());
  const matrix_view<double> rows{weights.data(), {drawn.shape[0], drawn.shape[1]}};
  for (index_t i = 0; i < rows.extent(0); ++i) sampler(draws, i, vector_view<double>{&rows(i, 0), {rows.extent(1)}});
  of.expect("weights", weights, in_double);
}

template <class Pairing>
void check_partners(golden_case& of, const Pairing& pairing) {
  of.expect("perm", pairing(of.inputs.count("n"), recorded_draws{}), 0);
}

void check_derangement(golden_case& of) {
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  record_partners(draws, &recorded, {});
  of.also(recorded);
  const std::string on_failure = of.params.word("on_failure", "shift");
  if (on_failure != "shift" && on_failure != "keep") unknown("on_failure " + on_failure);
  const pairing::derangement pairing{
      .max_tries = of.params.count("max_tries"),
      .on_failure = on_failure == "keep" ? pairing::failed_derangement::keep : pairing::failed_derangement::shift};
  const auto drawn = pairing.draw(of.inputs.count("n"), draws);
  of.expect("perm", drawn.partner, 0);
  of.expect("tries", static_cast<double>(drawn.tries), 0);
}

void check_cycle(golden_case& of) {
  const array distances = of.inputs.real("distance");
  of.expect("perm", pairing::max_distance_cycle{}(distances.view<2>(), recorded_draws{}), 0);
}

void check_nearest(golden_case& of) {
  const std::string metric = of.params.word("metric", "cosine");
  if (metric != "cosine" && metric != "euclidean") unknown("metric " + metric);
  if (!of.params.flag("exclude_self", true)) unknown("exclude_self false");
  const array features = of.inputs.real("features");
  pairing::nearest nearest{.metric = metric == "cosine" ? pairing::likeness::cosine : pairing::likeness::euclidean};
  of.expect("perm", nearest(features.view<2>(), recorded_draws{}), 0);
  for (nearest.top_k = 1; nearest.top_k < features.rows(); ++nearest.top_k) {
    std::vector<index_t> flat;
    for (const auto& row : nearest.neighbours(features.view<2>())) flat.insert(flat.end(), row.begin(), row.end());
    of.expect("topk" + std::to_string(nearest.top_k), flat, 0);
  }
}

/// `candidates` are those of the specification, listed again here; the library only picks among them.
template <class Pairing>
void check_by_class(golden_case& of, const Pairing& pairing, bool same) {
  const std::vector<index_t> labels = of.inputs.indices("labels");
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  record(draws, recorded, "u", "partner");
  of.also(recorded);
  of.expect("perm", pairing(labels, draws), 0);
  json candidates = json::array();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    json of_sample = json::array();
    for (std::size_t j = 0; j < labels.size(); ++j)
      if (j != i && (labels[j] == labels[i]) == same) of_sample.push_back(j);
    candidates.push_back(of_sample);
  }
  of.expect_json("candidates", candidates);
}

void check_class_balanced(golden_case& of) {
  const std::vector<index_t> labels = of.inputs.indices("labels");
  const pairing::class_balanced pairing{.class_counts = of.params.raw("class_counts").get<std::vector<index_t>>()};
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  record(draws, recorded, "u", "partner");
  of.also(recorded);
  of.expect("cdf", pairing.cdf(labels), in_double);
  of.expect("perm", pairing(labels, draws), 0);
}

const known_mixing folds{"lambda.fold_max", [](known of) { check_lambdas(of, fold_max); }};
const known_mixing rescales{"lambda.rescale_poly", [](known of) {
                              check_lambdas(
                                  of, [k = of.params.number("k")](double lambda) { return rescale_poly(lambda, k); });
                            }};
const known_mixing two_hot{"lambda.two_hot_adjust", check_two_hot};
const known_mixing dirichlet{"lambda.inputmix_dirichlet", check_dirichlet};
const known_mixing reverses{"pairing.reverse", [](known of) { check_partners(of, pairing::reverse{}); }};
const known_mixing rolls{"pairing.roll", [](known of) {
                           check_partners(of, pairing::roll{of.params.has("shift") ? of.params.count("shift") : 1});
                         }};
const known_mixing shifts{"pairing.shift",
                          [](known of) { check_partners(of, pairing::shift{of.params.count("shift")}); }};
const known_mixing derangement{"pairing.derangement", check_derangement};
const known_mixing cycle{"pairing.max_distance_cycle", check_cycle};
const known_mixing nearest{"pairing.nearest", check_nearest};
const known_mixing same{"pairing.same_class", [](known of) { check_by_class(of, pairing::same_class{}, true); }};
const known_mixing different{"pairing.different_class",
                             [](known of) { check_by_class(of, pairing::different_class{}, false); }};
const known_mixing balanced{"pairing.class_balanced", check_class_balanced};

}  // namespace
}  // namespace mixcon_golden
