// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
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
/// linear in its targets needs no more: lambda * loss(own) + (1 - lambda) * loss(partner).
struct pair_targets {
  std::vector<index_t> own, partner;  ///< (N)
  std::vector<double> lambda;         ///< (N), in [0, 1]

  index_t samples() const { return static_cast<index_t>(own.size()); }
  friend bool operator==(const pair_targets&, const pair_targets&) = default;
};
inline std::string to_string(const pair_targets& targets) {
  return "own " + detail::written_list(targets.own) + ", partner " + detail::written_list(targets.partner) +
         ", lambda " + detail::written_list(targets.lambda);
}

namespace detail {

template <class Region, class T, class U>
pair_targets paired_labels(const mix_plan<Region>& plan, vector_view<const T> own, vector_view<const U> partners) {
  MIXCON_REQUIRE(own.extent(0) == plan.samples(), "pair_targets: there are ", own.extent(0), " labels for ",
                 plan.samples(), " samples; expected one a sample.");
  MIXCON_REQUIRE(plan.lambda.size() == 1 || plan.lambda.size() == plan.partner.size(), "pair_targets: the plan has ",
                 plan.lambda.size(), " lambdas for ", plan.samples(), " samples; expected one, or one a sample.");
  pair_targets targets;
  for (index_t i = 0; i < plan.samples(); ++i) {
    const index_t j = plan.partner_of(i);
    MIXCON_REQUIRE(j >= 0 && j < partners.extent(0), "pair_targets: the partner of sample ", i, " is ", j,
                   ", and there are ", partners.extent(0), " labels of partners.");
    targets.own.push_back(static_cast<index_t>(own[i]));
    targets.partner.push_back(static_cast<index_t>(partners[j]));
    targets.lambda.push_back(plan.lambda_of(i));
  }
  return targets;
}

}  // namespace detail

/// The targets of a plan, from the labels (N) of the batch; any integer type.
template <class Region, LabelsViewable Labels>
pair_targets pair_targets_of(const mix_plan<Region>& plan, const Labels& labels) {
  const vector_view<const element_t<Labels>> own = view(labels);
  return detail::paired_labels(plan, own, own);
}
/// The same where the partners came from elsewhere, with labels (M) of their own.
template <class Region, LabelsViewable Labels, LabelsViewable PartnerLabels>
pair_targets pair_targets_of(const mix_plan<Region>& plan, const Labels& labels, const PartnerLabels& partner_labels) {
  return detail::paired_labels(plan, vector_view<const element_t<Labels>>(view(labels)),
                               vector_view<const element_t<PartnerLabels>>(view(partner_labels)));
}

/// Writes soft one-hot targets (N, K), for losses that need them written out: lambda * onehot(own) + (1 - lambda) *
/// onehot(partner), where a one-hot row of `smoothing` e in [0, 1) holds 1 - e + e / K at its class and e / K
/// elsewhere. Rows sum to 1. Labels must be in [0, K).
template <Viewable<2> Soft>
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
      MIXCON_REQUIRE(label >= 0 && label < classes, "soft_targets: a label of sample ", i, " is ", label, " of ",
                     classes, " classes; labels are numbered from 0.");
    const double lambda = targets.lambda[at];
    for (index_t k = 0; k < classes; ++k) {
      const double of_own = k == targets.own[at] ? on : off, of_partner = k == targets.partner[at] ? on : off;
      rows(i, k) = static_cast<T>(of_own == of_partner ? of_own : lambda * of_own + (1 - lambda) * of_partner);
    }
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
