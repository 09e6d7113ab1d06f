// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The statistic that is no sum over pairs: a number for each anchor that the caller hands in.

#include <mixcon/contrast/statistics/sum_of.hpp>
#include <mixcon/core/require.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Statistic: a number per anchor that the caller hands in, (N); sees no pair, constant in the backward pass.
/// `numbers` must outlive the calls that use it.
struct per_anchor {
  static constexpr const char* name = "per_anchor";

  vector_view<const double> numbers{};

  void(check)(index_t anchors) const {
    MIXCON_REQUIRE(numbers.extent(0) == anchors, "per_anchor: ", numbers.extent(0), " numbers for ", anchors,
                   " anchors; expected one each, as in weighted_softmax{.kappa = view}");
  }

  template <class F>
  void each_view(F&& f) {
    f(numbers);
  }

  template <class T>
  struct state {
    template <int Parts>
    MIXCON_HD auto part(int) const {
      return per_anchor::state<lane_part<T, Parts>>{};
    }
  };
  template <class T>
  using reading = detail::plain_reading<T>;

  template <class T>
  MIXCON_HD void observe(state<T>&, const logit_pair<T>&) const {}
  template <class T>
  MIXCON_HD void merge(state<T>&, const state<T>&) const {}
  template <class T>
  MIXCON_HD reading<T> read(const state<T>&, index_t anchor) const {
    return {static_cast<T>(numbers[anchor])};
  }
  template <class T>
  MIXCON_HD T slope(const reading<T>&, const logit_pair<T>&) const {
    return T(0);
  }
  template <class T>
  MIXCON_HD T target_slope(const reading<T>&, const logit_pair<T>&) const {
    return T(0);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
