// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The labels of a mixed batch: two per sample, with shares lambda and 1 - lambda.

#include <mixcon/core/config.hpp>
#include <mixcon/core/ignored_label.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The labels of a mixed batch: sample i counts lambda[i] as own[i] and 1 - lambda[i] as partner[i]. A loss that is
/// linear in its targets needs no more: lambda * loss(own) + (1 - lambda) * loss(partner). The share of a label that is
/// `ignored` is dropped, and the other label keeps its own; a sample of which nothing is left has no label.
struct pair_targets {
  std::vector<index_t> own, partner;  ///< (N)
  std::vector<double> lambda;         ///< (N), in [0, 1]
  ignored_label ignored{};            ///< as -100: the label of samples without one

  index_t samples() const { return static_cast<index_t>(own.size()); }
  /// What is left of the shares of sample i's two labels: lambda and 1 - lambda, or 0 for an ignored one.
  double own_share(index_t i) const { return share(own, i, lambda[static_cast<std::size_t>(i)]); }
  double partner_share(index_t i) const { return share(partner, i, 1 - lambda[static_cast<std::size_t>(i)]); }
  bool has_label(index_t i) const { return own_share(i) != 0 || partner_share(i) != 0; }
  friend bool operator==(const pair_targets&, const pair_targets&) = default;

 private:
  double share(const std::vector<index_t>& labels, index_t i, double of_label) const {
    return ignored(labels[static_cast<std::size_t>(i)]) ? 0 : of_label;
  }
};
inline std::string to_string(const pair_targets& targets) {
  return "own " + detail::written_list(targets.own) + ", partner " + detail::written_list(targets.partner) +
         ", lambda " + detail::written_list(targets.lambda) +
         (targets.ignored ? ", ignored " + to_string(targets.ignored.label()) : "");
}

namespace detail {

template <>
inline constexpr bool is_part_of_call<pair_targets> = true;

template <class Region, class T, class U>
void pair_labels(pair_targets& targets, const mix_plan<Region>& plan, vector_view<const T> own,
                 vector_view<const U> partners, const ignored_label& ignored) {
  targets.own.resize(0), targets.partner.resize(0), targets.lambda.resize(0), targets.ignored = {};
  MIXCON_REQUIRE(own.extent(0) == plan.samples(), "pair_targets: there are ", own.extent(0), " labels for ",
                 plan.samples(), " samples; expected one a sample.");
  MIXCON_REQUIRE(plan.lambda.size() == 1 || plan.lambda.size() == plan.partner.size(), "pair_targets: the plan has ",
                 plan.lambda.size(), " lambdas for ", plan.samples(), " samples; expected one, or one a sample.");
  if (ignored) targets.ignored = ignored.label().bits;  // an index, as the labels are: 2^64 - 1 becomes -1
  const auto as_index = [&](const integer_value& label) {
    MIXCON_REQUIRE(ignored(label) || !(label.is_beyond || targets.ignored(label)), "pair_targets: a label is ",
                   to_string(label), "; expected a class from 0 to 2^63 - 1, or the ignored label.");
    return label.bits;
  };
  for (index_t i = 0; i < plan.samples(); ++i) {
    const index_t j = plan.partner_of(i);
    MIXCON_REQUIRE(j >= 0 && j < partners.extent(0), "pair_targets: the partner of sample ", i, " is ", j,
                   ", and there are ", partners.extent(0), " labels of partners.");
    const index_t label = as_index(own[i]), other = as_index(partners[j]);
    targets.own.push_back(label), targets.partner.push_back(other), targets.lambda.push_back(plan.lambda_of(i));
  }
}

}  // namespace detail

/// `pair_targets_of` into targets of before: nothing is allocated for a batch of the same size. What a refusal leaves
/// has fewer samples than the batch.
template <class Region, LabelsViewable Labels>
void pair_targets_again(pair_targets& targets, const mix_plan<Region>& plan, const Labels& labels,
                        const ignored_label& ignored = {}) {
  const vector_view<const element_t<Labels>> own = view(labels);
  detail::pair_labels(targets, plan, own, own, ignored);
}
/// The targets of a plan, from the labels (N) of the batch; any integer type. `ignored_label{-100}` says which label
/// means that there is none.
template <class Region, LabelsViewable Labels>
pair_targets pair_targets_of(const mix_plan<Region>& plan, const Labels& labels, const ignored_label& ignored = {}) {
  pair_targets targets;
  pair_targets_again(targets, plan, labels, ignored);
  return targets;
}
/// The same where the partners came from elsewhere, with labels (M) of their own.
template <class Region, LabelsViewable Labels, LabelsViewable PartnerLabels>
pair_targets pair_targets_of(const mix_plan<Region>& plan, const Labels& labels, const PartnerLabels& partner_labels,
                             const ignored_label& ignored = {}) {
  pair_targets targets;
  detail::pair_labels(targets, plan, vector_view<const element_t<Labels>>(view(labels)),
                      vector_view<const element_t<PartnerLabels>>(view(partner_labels)), ignored);
  return targets;
}

template <class Region, class Labels, class... More>
requires(!LabelsViewable<Labels>)
pair_targets pair_targets_of(const mix_plan<Region>&, const Labels&, const More&...) {
  static_assert(LabelsViewable<Labels>,
                "mixcon: pair_targets_of(plan, labels) takes labels (N), integers or an enumeration, in a tensor whose "
                "adapter is included");
  return {};
}

/// Writes soft one-hot targets (N, K), for losses that need them written out: lambda * onehot(own) + (1 - lambda) *
/// onehot(partner), where a one-hot row of `smoothing` e in [0, 1) holds 1 - e + e / K at its class and e / K
/// elsewhere. Rows sum to 1. Labels must be in [0, K), or ignored: their share is dropped, so the row sums to what is
/// left, and is 0 where nothing is (`no_positive::skip` leaves such rows out).
template <detail::GivenTensor<2> Soft>
void soft_targets(const pair_targets& targets, Soft&& soft, double smoothing = 0) {
  const auto rows = view<2>(std::forward<Soft>(soft));
  using T = typename decltype(rows)::element;
  static_assert(std::is_floating_point_v<T>, "mixcon: soft_targets writes float or double");
  const index_t classes = rows.extent(1);
  MIXCON_REQUIRE(rows.extent(0) == targets.samples(), "soft_targets: the targets are of ", targets.samples(),
                 " samples, the rows to write ", rows.extents(), "; expected (samples, classes).");
  MIXCON_REQUIRE(smoothing >= 0 && smoothing < 1, "soft_targets: smoothing is ", smoothing,
                 "; expected a number in [0, 1), such as 0.1.");
  const double off = classes > 0 ? smoothing / static_cast<double>(classes) : 0, on = 1 - smoothing + off;
  for (index_t i = 0; i < rows.extent(0); ++i) {
    const std::size_t at = static_cast<std::size_t>(i);
    for (const index_t label : {targets.own[at], targets.partner[at]})
      MIXCON_REQUIRE((label >= 0 && label < classes) || targets.ignored(label), "soft_targets: a label of sample ", i,
                     " is ", label, " of ", classes, " classes; labels are numbered from 0.");
    const double own_share = targets.own_share(i), partner_share = targets.partner_share(i);
    const bool is_whole = !targets.ignored(targets.own[at]) && !targets.ignored(targets.partner[at]);
    for (index_t k = 0; k < classes; ++k) {
      const double of_own = k == targets.own[at] ? on : off, of_partner = k == targets.partner[at] ? on : off;
      const bool is_same = is_whole && of_own == of_partner;
      rows(i, k) = static_cast<T>(is_same ? of_own : own_share * of_own + partner_share * of_partner);
    }
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
