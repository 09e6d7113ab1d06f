// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that mixes a sample with several partners, by one weight each.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/short_list.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/line_sum.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/memory/sample_sum.hpp>
#include <mixcon/mix/memory/streaming.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that mixes a sample with A partners: w_0 * own + sum over a of w_a * partner a. The first partner
/// is the plan's `partner`, the others are `more_partners`. Any rank. A weight of 0 shows nothing of its sample.
struct multi_lerp {
  /// Nothing of a partner.
  static multi_lerp none() { return {.more_partners = {}, .weights = {1, 0}}; }
  static constexpr const char* kind = "multi_lerp";
  static constexpr int fewest_axes = 1;
  static constexpr bool is_quick = true;
  std::vector<std::vector<index_t>> more_partners{};  ///< (A - 1) lists of N
  std::vector<double> weights{};                      ///< (1, A + 1) or (N, A + 1), in [0, 1]; rows sum to 1

  index_t partners() const { return static_cast<index_t>(more_partners.size()) + 1; }
  /// Of partner a of a sample, a = 1 .. A; the own one is a = 0.
  double weight(index_t sample, index_t a) const {
    const index_t width = partners() + 1;
    return weights[static_cast<std::size_t>(static_cast<index_t>(weights.size()) == width ? a : sample * width + a)];
  }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("more_perms", region.more_partners), visit("weights", region.weights);
  }
  friend bool operator==(const multi_lerp&, const multi_lerp&) = default;
};
inline std::string to_string(const multi_lerp& region) {
  std::string text;
  for (const auto& partner : region.more_partners) text += "and partner " + detail::written_list(partner) + ", ";
  return text + "weights " + detail::written_list(region.weights);
}

template <int Rank>
void check_region(const mix_plan<multi_lerp>& plan, const char* function, const axes<Rank>& /*extents*/) {
  const std::vector<double>& weights = plan.region.weights;
  const index_t width = plan.region.partners() + 1, count = static_cast<index_t>(weights.size());
  MIXCON_REQUIRE(count == width || count == plan.samples() * width, function, ": the plan has ", count, " weights for ",
                 plan.samples(), " samples and their ", width - 1, " partners; expected ", width,
                 " for the batch, or as many a sample.");
  for (index_t i = 0; i * width < count; ++i) {
    double sum = 0;
    bool shares = true;
    for (index_t a = 0; a < width; ++a) {
      const double weight = plan.region.weight(i, a);
      shares = shares && weight >= 0 && weight <= 1;
      sum += weight;
    }
    MIXCON_REQUIRE(shares && sum > 1 - 1e-6 && sum < 1 + 1e-6, function, ": the weights of sample ", i, " sum to ", sum,
                   "; they are shares and must be in [0, 1] and sum to 1.");
  }
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<multi_lerp>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  const auto source = [&](index_t a) {
    return a == 0 ? own : detail::sample_of(partners, detail::partner_list(plan, a)[static_cast<std::size_t>(i)]);
  };
  const auto add_all = [&](auto& sum, auto&& as_summed) {
    for (index_t a = 0; a <= plan.region.partners(); ++a) sum.add(plan.region.weight(i, a), as_summed(source(a)));
  };
  if (detail::is_one_run(own, source(1), mixed)) {
    using number = detail::mixing_number<T>;
    if constexpr (detail::MixedByLine<T> && (std::is_same_v<T, number> || std::is_same_v<T, half>)) {
      short_list<detail::sum_term<T>> terms;
      for (index_t a = 0; a <= plan.region.partners(); ++a)
        terms.push_back({.values = source(a).data(), .weight = static_cast<number>(plan.region.weight(i, a))});
      return detail::write_sum<T>({terms.begin(), terms.size()}, mixed.data(), mixed.size(),
                                  detail::is_streamed(partners));
    }
    const axes<1> all{mixed.size()};
    detail::sample_sum<T, 1> sum(all);
    add_all(sum, [&](const auto& sample) { return tensor_view<const T, 1>(sample.data(), all); });
    return sum.store({mixed.data(), all});
  }
  detail::sample_sum<T, Inner> sum(own.extents());
  add_all(sum, [](const auto& sample) { return sample; });
  sum.store(mixed);
}

template <class T, int Inner>
void unblend_own(const mix_plan<multi_lerp>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::add_block(plan.region.weight(i, 0), upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<multi_lerp>& plan, index_t i, index_t a,
                     const tensor_view<const T, Inner>& upstream, const tensor_view<T, Inner>& gradient) {
  detail::add_block(plan.region.weight(i, a), upstream, gradient);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
