// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/targets/bound.hpp>

namespace mixcon {

/// How V views of N samples are stacked into V * N rows.
enum class view_order {
  view_major,    // row v * N + i is view v of sample i
  sample_major,  // row i * V + v is view v of sample i
};

namespace detail {
/// Which sample a stacked row shows.
struct stacked_rows {
  index_t samples = 0, views = 1;
  view_order order = view_order::view_major;
  MIXCON_HD constexpr index_t sample_of(index_t row) const {
    return order == view_order::view_major ? row % samples : row / views;
  }
};
}  // namespace detail

/// The other views of the same sample are the positives, in equal shares; a row does not see itself: NT-Xent.
/// Anchors and candidates are the same `views * samples` rows, or the anchors are the first `samples` of them (one view).
struct view_targets {
  index_t samples = 0;
  index_t views = 2;
  view_order order = view_order::view_major;

  struct rule_type {
    detail::stacked_rows stack;
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      const index_t sample = stack.sample_of(anchor);
      const mask_of<T> self = detail::is_candidate<T>(candidate, anchor);
      const mask_of<T> positive =
          !self && detail::each_answer<T>([&](int k) { return stack.sample_of(candidate + k) == sample; });
      const T share(1.0 / static_cast<double>(stack.views - 1));
      return {positive, choose(self, T(0), T(1)), choose(positive, share, T(0))};
    }
  };
  auto bind(const pair_space& space) const {
    MIXCON_REQUIRE(samples >= 1 && views >= 2, "view_targets: ", samples, " samples and ", views,
                   " views; expected at least 1 and 2");
    MIXCON_REQUIRE(space.candidates == samples * views, "view_targets: ", space.candidates, " candidates for ", samples,
                   " samples x ", views, " views; expected ", samples * views, " stacked rows");
    const bool one_view = space.anchors == samples && order == view_order::view_major;
    MIXCON_REQUIRE(space.anchors == space.candidates || one_view, "view_targets: ", space.anchors, " anchors; expected all ",
                   space.candidates, " rows, or the ", samples, " of the first view in view-major order");
    return detail::bound_rule<rule_type>{{{samples, views, order}}};
  }
};

}  // namespace mixcon
