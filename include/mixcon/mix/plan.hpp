// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `mix_plan`: what a mixing policy decided for one batch, as plain data.

#include <mixcon/core/number_text.hpp>

#include <cstddef>
#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What a mixing policy decided for one batch: plain data, to compare, print, store, replay, or send to a device.
///
/// `Region` is the kind of plan, one header each: how the two samples of a pair share the mixed one. `interpolated`
/// everywhere by lambda; `pasted_boxes` and `pasted_intervals` by place. `blend` applies a plan, `unblend` is its
/// adjoint.
template <class Region>
struct mix_plan {
  std::vector<index_t> partner{};  ///< (N): sample i mixes with sample partner[i]; repeats are allowed
  std::vector<double> lambda{};    ///< (1) or (N), in [0, 1]: the share of its own label that a sample keeps
  Region region{};

  index_t samples() const { return static_cast<index_t>(partner.size()); }
  index_t partner_of(index_t sample) const { return partner[static_cast<std::size_t>(sample)]; }
  double lambda_of(index_t sample) const { return lambda[lambda.size() == 1 ? 0 : static_cast<std::size_t>(sample)]; }
  friend bool operator==(const mix_plan&, const mix_plan&) = default;
};

/// A kind of plan that mixes a sample with A partners has the lists of all but the first in `more_partners`, (A - 1,
/// N).
template <class Region>
concept HasMorePartners = requires(const Region& region) { region.more_partners; };

/// Whether plans of this kind mix batches of that many axes, (N, D) being 2: 1 to 4 unless the kind has `fewest_axes`,
/// as boxes have, or `most_axes`, as `slerp` has.
template <class Region>
constexpr bool mixes_rank(int rank) {
  int fewest = 1, most = 4;
  if constexpr (requires { Region::fewest_axes; }) fewest = Region::fewest_axes;
  if constexpr (requires { Region::most_axes; }) most = Region::most_axes;
  return fewest <= rank && rank <= most;
}

namespace detail {

/// The partners (N) number a = 1 .. A.
template <class Region>
const std::vector<index_t>& partner_list(const mix_plan<Region>& plan, index_t a) {
  if constexpr (HasMorePartners<Region>)
    return a == 1 ? plan.partner : plan.region.more_partners[static_cast<std::size_t>(a - 2)];
  else
    return plan.partner;
}
template <class Region>
index_t partner_lists(const mix_plan<Region>& plan) {
  if constexpr (HasMorePartners<Region>)
    return static_cast<index_t>(plan.region.more_partners.size()) + 1;
  else
    return 1;
}

inline std::string written_exactly(double number) { return written(number, 17); }
inline std::string written_exactly(index_t number) { return std::to_string(number); }

/// "[a, b, c]". What is not a number has a to_string of its own.
template <class T>
std::string written_list(const std::vector<T>& list) {
  std::string text = "[";
  for (const T& entry : list) {
    if (text.size() > 1) text += ", ";
    if constexpr (requires { written_exactly(entry); })
      text += written_exactly(entry);
    else
      text += to_string(entry);
  }
  return text + ']';
}

}  // namespace detail

/// The plan in one line, every number with all its digits: `partner [1, 0], lambda [0.25], lerp`.
template <class Region>
std::string to_string(const mix_plan<Region>& plan) {
  return "partner " + detail::written_list(plan.partner) + ", lambda " + detail::written_list(plan.lambda) + ", " +
         to_string(plan.region);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
