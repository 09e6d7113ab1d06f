// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The labels of a mixed batch where the two weights of a sample need not sum to 1.

#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mix/solve/map_unit.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The labels of a mixed batch where the weights of a sample's two labels need not sum to 1: how much of either object
/// is seen, not how the picture is divided. The loss is own_weight * loss(own) + partner_weight * loss(partner). The
/// weight of an ignored label is 0.
struct weighted_labels {
  std::vector<index_t> own, partner;               ///< (N)
  std::vector<double> own_weight, partner_weight;  ///< (N), >= 0
  ignored_label ignored{};                         ///< as -100: the label of samples without one

  index_t samples() const { return static_cast<index_t>(own.size()); }
  friend bool operator==(const weighted_labels&, const weighted_labels&) = default;
};
inline std::string to_string(const weighted_labels& labels) {
  return "own " + detail::written_list(labels.own) + ", weight " + detail::written_list(labels.own_weight) +
         ", partner " + detail::written_list(labels.partner) + ", weight " +
         detail::written_list(labels.partner_weight) +
         (labels.ignored ? ", ignored " + to_string(labels.ignored.label()) : "");
}

namespace detail {

/// The labels of both samples, weights to be filled in.
template <class Region, class Labels>
weighted_labels labels_of_pairs(const mix_plan<Region>& plan, const Labels& labels, const ignored_label& ignored) {
  pair_targets pairs = pair_targets_of(plan, labels, ignored);
  weighted_labels found{(std::move)(pairs.own), (std::move)(pairs.partner), {}, {}, pairs.ignored};
  found.own_weight.resize(found.own.size());
  found.partner_weight.resize(found.own.size());
  return found;
}

/// The labels where an ignored one weighs 0.
inline weighted_labels without_ignored(weighted_labels labels) {
  for (std::size_t i = 0; labels.ignored && i < labels.own.size(); ++i) {
    if (labels.ignored(labels.own[i])) labels.own_weight[i] = 0;
    if (labels.ignored(labels.partner[i])) labels.partner_weight[i] = 0;
  }
  return labels;
}

/// Refuses a map that does not have one plane a sample, or that holds something else than finite numbers >= 0.
template <class T>
void require_map(const char* function, const char* name, const tensor_view<T, 3>& map, index_t samples) {
  MIXCON_REQUIRE(map.extent(0) == samples && map.extent(1) > 0 && map.extent(2) > 0, function, ": the ", name, " is ",
                 map.extents(), " for ", samples, " samples; expected (samples, rows, columns).");
  for (index_t n = 0; n < samples; ++n)
    for (index_t y = 0; y < map.extent(1); ++y)
      for (index_t x = 0; x < map.extent(2); ++x) {
        const double value = static_cast<double>(map(n, y, x));
        MIXCON_REQUIRE(value >= 0, function, ": the ", name, " of sample ", n, " holds a negative number or NaN, ",
                       value, "; expected finite weights >= 0.");
        MIXCON_REQUIRE(is_finite_number(value), function, ": the ", name, " of sample ", n, " holds ", value,
                       "; expected finite weights >= 0.");
      }
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
