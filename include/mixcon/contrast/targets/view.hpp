// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets where the other views of the same sample are the positives (NT-Xent).

#include <mixcon/contrast/targets/same_class.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The other views of the same sample are the positives, in equal shares; a row does not see itself: NT-Xent (Chen et
/// al. 2020, arXiv:2002.05709). Anchors and candidates are the same `views * samples` rows, or the anchors are the
/// first `samples` of them (one view).
struct view_targets {
  index_t samples = 0;  // N, >= 1
  index_t views = 2;    // of each sample, >= 2
  view_order order = view_order::view_major;

  detail::same_class_bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(samples >= 1 && views >= 2, "view_targets: ", samples, " samples and ", views,
                   " views; expected at least 1 and 2");
    MIXCON_REQUIRE(space.candidates == samples * views, "view_targets: ", space.candidates, " candidates for ", samples,
                   " samples x ", views, " views; expected ", samples * views, " stacked rows",
                   detail::asked_about_columns(space, samples, samples * views));
    const bool one_view = space.anchors == samples && order == view_order::view_major;
    MIXCON_REQUIRE(space.anchors == space.candidates || one_view, "view_targets: ", space.anchors,
                   " anchors; expected all ", space.candidates, " rows, or the ", samples,
                   " of the first view in view-major order");
    const detail::stacked_rows stack{samples, views, order};
    auto sample = [&](index_t row) { return stack.sample_of(row); };
    return {space, sample, sample, true, false};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
