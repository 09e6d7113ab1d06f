// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets from labels: rows of the same class are positives, in equal shares (SupCon).

#include <mixcon/contrast/targets/same_class.hpp>
#include <mixcon/core/integer_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Rows of the same class are the positives, in equal shares: SupCon (Khosla et al. 2020, arXiv:2004.11362). Labels are
/// only compared, by value, so any integers will do.
///
/// `labels` (N) belong to samples; rows are `views` of them, stacked in `order`. Anchors are all rows, or in view-major
/// order the N of the first view (SupContrast's contrast_mode "one"). Candidates are the same rows, or rows that stand
/// for them (the universum of UniCon): a row does not see the candidate of its own index. With `candidate_labels` (M)
/// the candidates are other rows, and all are seen. The labels must outlive the calls.
///
/// A row whose label is `ignored` is nobody's positive, not even of another view of its sample, and a negative of every
/// anchor that is not hidden from it; as an anchor it is skipped, or kept without a positive (`ignored_anchors`).
struct label_targets {
  integer_view labels{};  // (N)
  index_t views = 1;      // of each sample, >= 1
  view_order order = view_order::view_major;
  integer_view candidate_labels{};          // (M), or empty: candidates are the rows of the anchors
  visibility others = visibility::visible;  // hidden: rows of other classes are no candidates either
  ignored_label ignored{};                  // as -100: rows without a label
  ignored_anchor ignored_anchors = ignored_anchor::skip;

  detail::same_class_bound bind(const pair_space& space) const {
    const index_t rows = labels.size() * views;
    const bool other_rows = !candidate_labels.empty();
    MIXCON_REQUIRE(views >= 1, "label_targets: ", views, " views; expected at least 1");
    const bool one_view = space.anchors == labels.size() && order == view_order::view_major;
    MIXCON_REQUIRE(!labels.empty() && (space.anchors == rows || one_view), "label_targets: ", labels.size(),
                   " labels x ", views, " views for ", space.anchors,
                   " anchors; expected one label a sample and every view among the anchors (or the first view alone)",
                   detail::asked_about_columns(space, labels.size(), rows));
    const index_t labelled = other_rows ? candidate_labels.size() : rows;
    MIXCON_REQUIRE(space.candidates == labelled, "label_targets: ", labelled, " labelled candidates for ",
                   space.candidates,
                   " candidates; expected as many. Do the candidates need candidate_labels of their own?");
    const detail::stacked_rows stack{labels.size(), views, order};
    return {space,
            [&](index_t a) { return labels.value(stack.sample_of(a)); },
            [&](index_t c) { return other_rows ? candidate_labels.value(c) : labels.value(stack.sample_of(c)); },
            !other_rows,
            others == visibility::hidden,
            ignored,
            ignored_anchors};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
