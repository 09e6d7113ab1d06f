// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"
#include "golden/mixing_checks.hpp"

#include <mixcon/mix/labels/label_rules.hpp>

namespace mixcon_golden {
namespace {

using known = golden_case&;

pair_targets listed_targets(golden_case& of) {
  return pair_targets_of(mix_plan<interpolated>{of.inputs.indices("perm"), of.inputs.real("lam").data, {}},
                         of.inputs.indices("labels"));
}

void check_smoothed(golden_case& of) {
  const pair_targets targets = listed_targets(of);
  const index_t classes = of.params.count("num_classes");
  std::vector<double> soft(static_cast<std::size_t>(targets.samples() * classes));
  soft_targets(targets, matrix_view<double>{soft.data(), {targets.samples(), classes}},
               of.params.number("smoothing", 0));
  of.expect("target", soft, in_double);
}

void check_remix(golden_case& of) {
  const remix rule{.kappa = of.params.number("kappa", 3), .tau = of.params.number("tau", 0.5)};
  of.expect("lam_label", rule(listed_targets(of), of.params.indices("class_counts")).lambda, in_double);
}

void check_virtual(golden_case& of) {
  const mix_plan<interpolated> plan{of.inputs.indices("perm"), of.inputs.real("lam").data, {}};
  std::vector<double> rows(plan.partner.size() * plan.partner.size());
  virtual_labels(plan, matrix_view<double>{rows.data(), {plan.samples(), plan.samples()}});
  of.expect("target", rows, in_double);
}

/// Universum samples have no label: the library has no value for one, so the file's are written here.
void check_none(golden_case& of) {
  of.expect("labels", std::vector<double>(static_cast<std::size_t>(of.inputs.count("n")), -1), 0);
}

/// Soft cross-entropy; the weight of absent classes multiplies targets of 0.
template <class T>
void check_soft(golden_case& of) {
  of.params.number("neg_weight", 1);
  const matrix<T> logits = read_matrix<T>(of, "logits"), target = read_matrix<T>(of, "target");
  objective criterion{info_nce{.temperature = 1}};
  const auto shares = target.view();
  const matrix_targets targets{shares};
  matrix<T> gradient = zeros_like(logits);
  saved_statistics<decltype(criterion), T> saved;
  const auto given = logits.view();
  const T value = forward(serial{}, criterion, targets, given_logits{given}, saved);
  gradients<T> wanted;
  wanted.logits = gradient.view();
  backward(serial{}, criterion, targets, given_logits{given}, saved, 1, wanted);
  const double within = std::is_same_v<T, double> ? in_double : 1e-5;
  of.expect("loss", static_cast<double>(value), within);
  of.expect("grad_logits", gradient.numbers, within, in_units_of::the_largest);
}

template <class T>
matrix<T> rows_of(const matrix<T>& from, const std::vector<index_t>& order) {
  matrix<T> chosen = zeros_like(from);
  chosen.rows = static_cast<index_t>(order.size());
  chosen.numbers.resize(static_cast<std::size_t>(chosen.rows * chosen.columns));
  for (index_t i = 0; i < chosen.rows; ++i)
    for (index_t d = 0; d < from.columns; ++d)
      chosen.view()(i, d) = from.view()(order.at(static_cast<std::size_t>(i)), d);
  return chosen;
}

/// Two contrastive losses of the mixed rows, by lambda: each has one of q and the partner's k as its positive.
template <class T, class Positive>
void expect_mixed_pair(golden_case& of, Positive&& loss_of) {
  const matrix<T> mixed = read_matrix<T>(of, "mix_raw"), q = read_matrix<T>(of, "q"), k = read_matrix<T>(of, "k");
  const matrix<T> partner = rows_of(k, of.inputs.indices("perm"));
  const double lambda = of.params.number("lam");
  matrix<T> gradient = zeros_like(mixed);
  double value = 0;
  for (const bool own : {true, false})
    value += loss_of(mixed, own ? q : partner, own ? partner : q, own ? lambda : 1 - lambda, gradient);
  const double within = std::is_same_v<T, double> ? in_double : 1e-5;
  of.expect("loss", value, within);
  of.expect("grad_mix_raw", gradient.numbers, within, in_units_of::the_largest);
}
template <class T, class Candidates>
double weighted_nce(const matrix<T>& rows, const Candidates& with, double temperature, double weight, matrix<T>& to) {
  objective criterion{info_nce{.temperature = temperature}, cosine{}};
  saved_statistics<decltype(criterion), T> saved;
  const T value = forward(serial{}, criterion, queue_targets{}, rows.view(), with, saved);
  gradients<T> wanted{.anchors = to.view()};
  backward(serial{}, criterion, queue_targets{}, rows.view(), with, saved, weight, wanted);
  return weight * static_cast<double>(value);
}
template <class T>
void check_infonce(golden_case& of) {
  const matrix<T> listed = read_matrix<T>(of, "queue");  // (D, K)
  const double temperature = of.params.number("temperature");
  const matrix_view<const T> queue(listed.numbers.data(), {listed.columns, listed.rows}, {1, listed.columns});
  expect_mixed_pair<T>(of, [&](const auto& mixed, const auto& positive, const auto&, double weight, auto& to) {
    const auto key = positive.view();
    return weighted_nce(mixed, candidates(own(key), queue), temperature, weight, to);
  });
}
template <class T>
void check_two_way(golden_case& of) {
  of.inputs.has("queue");  // not looked at by this form
  const double temperature = of.params.number("temperature");
  expect_mixed_pair<T>(of, [&](const auto& mixed, const auto& positive, const auto& other, double weight, auto& to) {
    double sum = 0;  // each row has a rival of its own, so it is a batch of its own
    for (index_t i = 0; i < mixed.rows; ++i) {
      const auto row = [i](const auto& of_rows) { return rows_of(of_rows, std::vector<index_t>(1, i)); };
      matrix<T> one = row(mixed), key = row(positive), rival = row(other), gradient = zeros_like(one);
      const auto keys = key.view(), rivals = rival.view();
      const double share = weight / static_cast<double>(mixed.rows);
      sum += weighted_nce(one, candidates(own(keys), rivals), temperature, share, gradient);
      for (index_t d = 0; d < mixed.columns; ++d) to.view()(i, d) += gradient.view()(0, d);
    }
    return sum;
  });
}

const known_mixing contrastive{"samix.contrastive_infonce", check_infonce<double>, check_infonce<float>};
const known_mixing two_way{"samix.contrastive_bce", check_two_way<double>, check_two_way<float>};
const known_mixing smoothed{"label.smoothed_mix", check_smoothed};
const known_mixing remixed{"label.remix", check_remix};
const known_mixing virtuals{"label.virtual", check_virtual};
const known_mixing none{"label.none", check_none};
const known_mixing soft{"label.soft_ce", check_soft<double>, check_soft<float>};
const known_mixing soft_weighted{"label.soft_ce_neg_weight", check_soft<double>, check_soft<float>};

}  // namespace
}  // namespace mixcon_golden
