// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_labelled.hpp"

namespace mixcon_golden {
namespace {

using namespace mixcon;

rows read_form(golden_case& of) { return of.params.flag("normalize", true) ? rows::unit : rows::as_given; }

/// The reduction of a margin loss; there is one.
void read_mean_nonzero(golden_case& of) {
  const std::string reduction = of.params.word("reduction", "mean_nonzero");
  if (reduction != "mean_nonzero") throw std::runtime_error("unknown reduction " + reduction);
}
void read_euclidean(golden_case& of) {
  const std::string distance = of.params.word("distance", "euclidean");
  if (distance != "euclidean") throw std::runtime_error("unknown distance " + distance);
}

template <class T>
void check_contrastive_margin(golden_case& of, const named_engine& by) {
  read_euclidean(of), read_mean_nonzero(of);
  const rows form = read_form(of);
  const contrastive_margin loss{.positive_margin = of.params.number("pos_margin"),
                                .negative_margin = of.params.number("neg_margin")};
  check_labelled<T>(of, by, objective{loss, negative_distance{form, form}});
}

template <class T>
void check_multi_similarity(golden_case& of, const named_engine& by) {
  const multi_similarity loss{
      .attract = of.params.number("alpha"), .repel = of.params.number("beta"), .base = of.params.number("base")};
  const double steepness = std::max(loss.attract, loss.repel);
  with_similarity(of, [&](auto similarity) { check_labelled<T>(of, by, objective{loss, similarity}, steepness); });
}

template <class T>
void check_circle(golden_case& of, const named_engine& by) {
  read_mean_nonzero(of);
  const circle loss{.margin = of.params.number("m"), .gamma = of.params.number("gamma")};
  const double steepness = loss.gamma * (2 + loss.margin);
  with_similarity(of, [&](auto similarity) { check_labelled<T>(of, by, objective{loss, similarity}, steepness); });
}

template <class T>
void check_n_pairs(golden_case& of, const named_engine& by) {
  const matrix<T> z = read_matrix<T>(of, "z");
  const std::vector<index_t> labels = of.inputs.indices("labels");
  const n_pairs loss{.form = read_form(of)};
  const label_targets targets{.labels = labels};
  matrix<T> gradient = zeros_like(z);
  const T value = value_and_grad(by, loss, targets, z.view(), gradient.view());
  const objective bounded{info_nce{.temperature = 1}, dot_product{loss.form, loss.form}};
  const auto within = labelled_tolerance(bounded, targets, z, 1);
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", gradient.numbers, within);
}

/// Samples against class proxies, or proxies against samples.
template <class T, bool proxies_ask = false, class Objective>
void check_proxies(golden_case& of, const named_engine& by, const Objective& criterion, double steepness) {
  const matrix<T> z = read_matrix<T>(of, "z"), proxies = read_matrix<T>(of, "proxies");
  const std::vector<index_t> labels = of.inputs.indices("labels");
  matrix<T> by_z = zeros_like(z), by_proxies = zeros_like(proxies);
  auto check = [&](const auto& targets, const auto& anchors, auto& by_anchors, const auto& candidates,
                   auto& by_candidates) {
    const T value = value_and_grad(by, criterion, targets, anchors.view(), candidates.view(),
                                   {.anchors = by_anchors.view(), .candidates = {by_candidates.view()}});
    tolerance within = tolerance_of<T>(criterion, targets, anchors.view(), {candidates.view()});
    if (std::is_same_v<T, float>) within.value *= steepness, within.gradient *= steepness;
    expect_loss(of, value, within);
    expect_gradient(of, "grad_z", by_z.numbers, within);
    expect_gradient(of, "grad_proxies", by_proxies.numbers, within);
  };
  if constexpr (proxies_ask)
    check(member_targets{.labels = labels}, proxies, by_proxies, z, by_z);
  else
    check(class_targets{.labels = labels}, z, by_z, proxies, by_proxies);
}

template <class T>
void check_proxy_nca(golden_case& of, const named_engine& by) {
  const std::string distance = of.params.word("distance", "squared_euclidean");
  const rows form = read_form(of);
  if (distance == "squared_euclidean") {
    auto criterion = proxy_nca(of.params.number("scale"));
    criterion.similarity = {form, form};
    check_proxies<T>(of, by, criterion, 1);
  } else if (distance == "euclidean") {
    objective criterion{info_nce{.temperature = 1}, negative_distance{form, form}};
    criterion.scale = of.params.number("scale");
    check_proxies<T>(of, by, criterion, 1);
  } else {
    throw std::runtime_error("unknown distance " + distance);
  }
}

template <class T>
void check_proxy_anchor(golden_case& of, const named_engine& by) {
  const proxy_anchor loss{.alpha = of.params.number("alpha"), .margin = of.params.number("margin")};
  const rows form = read_form(of);
  check_proxies<T, true>(of, by, objective{loss, dot_product{form, form}}, loss.alpha);
}

template <class T>
void check_normface(golden_case& of, const named_engine& by) {
  const rows form = read_form(of);
  const info_nce loss = normface(of.params.number("temperature")).loss;
  check_proxies<T>(of, by, objective{loss, dot_product{form, form}}, 1);
}

template <class T>
void check_arcface(golden_case& of, const named_engine& by) {
  const std::string branch = of.params.word("easy_branch", "taylor");
  if (branch != "taylor") throw std::runtime_error("unknown easy_branch " + branch);
  const arcface loss{.scale = of.params.number("scale"),
                     .margin = of.params.number("margin_degrees") * std::acos(-1.0) / 180};
  const rows form = read_form(of);
  check_proxies<T>(of, by, objective{loss, dot_product{form, form}}, loss.scale);
}

const known_loss known[] = {
    {"contrastive_margin", check_contrastive_margin<double>, check_contrastive_margin<float>},
    {"multi_similarity", check_multi_similarity<double>, check_multi_similarity<float>},
    {"circle", check_circle<double>, check_circle<float>},
    {"n_pairs", check_n_pairs<double>, check_n_pairs<float>},
    {"proxy_nca", check_proxy_nca<double>, check_proxy_nca<float>},
    {"proxy_anchor", check_proxy_anchor<double>, check_proxy_anchor<float>},
    {"normface", check_normface<double>, check_normface<float>},
    {"arcface", check_arcface<double>, check_arcface<float>},
};

}  // namespace
}  // namespace mixcon_golden
