// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_rules.hpp"

#include <mixcon/mix/box_rules.hpp>
#include <mixcon/mix/lambda.hpp>
#include <mixcon/mix/pairing.hpp>
#include <mixcon/mix/pairing_by_class.hpp>
#include <mixcon/mix/pairing_by_distance.hpp>

namespace mixcon_golden {
namespace {

using namespace mixcon;

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

/// A rule that places a box; `names` are the case's names of draws and the library's.
template <class Rule>
void check_box(golden_case& of, const Rule& rule, const std::map<std::string, const char*>& names) {
  const image_shape shape{1, 1, of.params.count("h"), of.params.count("w")};
  fields recorded = of.inputs.inside("draws");
  recorded_draws draws;
  for (const auto& [name, as] : names) record(draws, recorded, name, as);
  of.also(recorded);
  const box found = rule(shape, of.inputs.number("lam"), draws, 0);
  of.expect("box", std::vector<index_t>{found.top, found.bottom, found.left, found.right}, 0);
  of.expect("lam", 1 - share(found, shape), in_double);
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

}  // namespace

const check_table& rule_checks() {
  using known = golden_case&;
  static const check_table by_kind{
      {"lambda.fold_max", [](known of) { check_lambdas(of, fold_max); }},
      {"lambda.rescale_poly",
       [](known of) {
         check_lambdas(of, [k = of.params.number("k")](double lambda) { return rescale_poly(lambda, k); });
       }},
      {"lambda.two_hot_adjust", check_two_hot},
      {"lambda.inputmix_dirichlet", check_dirichlet},
      {"pairing.reverse", [](known of) { check_partners(of, pairing::reverse{}); }},
      {"pairing.roll",
       [](known of) { check_partners(of, pairing::roll{of.params.has("shift") ? of.params.count("shift") : 1}); }},
      {"pairing.shift", [](known of) { check_partners(of, pairing::shift{of.params.count("shift")}); }},
      {"pairing.derangement", check_derangement},
      {"pairing.max_distance_cycle", check_cycle},
      {"pairing.nearest", check_nearest},
      {"pairing.same_class", [](known of) { check_by_class(of, pairing::same_class{}, true); }},
      {"pairing.different_class", [](known of) { check_by_class(of, pairing::different_class{}, false); }},
      {"pairing.class_balanced", check_class_balanced},
      {"box.cutmix",
       [](known of) {
         check_box(of, centred_box{}, {{"cy", "box_row"}, {"cx", "box_column"}});
       }},
      {"box.cutmix_margin",
       [](known of) {
         check_box(of, margin_box{of.params.number("margin")}, {{"cy", "box_row"}, {"cx", "box_column"}});
       }},
      {"box.minmax",
       [](known of) {
         check_box(of, minmax_box{of.params.number("min"), of.params.number("max")},
                   {{"cut_h", "box_height"}, {"cut_w", "box_width"}, {"y", "box_top"}, {"x", "box_left"}});
       }},
      {"box.torchvision",
       [](known of) {
         check_box(of, torchvision_box{}, {{"cy", "box_row"}, {"cx", "box_column"}});
       }},
      {"box.continuous_center",
       [](known of) {
         check_box(of, continuous_box{}, {{"ry", "box_row"}, {"rx", "box_column"}});
       }},
  };
  return by_kind;
}

}  // namespace mixcon_golden
